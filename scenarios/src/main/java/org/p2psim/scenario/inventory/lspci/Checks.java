package org.p2psim.scenario.inventory.lspci;

import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;

/** Notes what in a dump does not fit together, and what its format leaves out. */
final class Checks {
    private final Listing listing;
    private final BusTree tree;
    private final GroupedNotes notes;

    Checks(Listing listing, BusTree tree, GroupedNotes notes) {
        this.listing = listing;
        this.tree = tree;
        this.notes = notes;
    }

    void run() {
        tree.misplaced()
                .forEach(address -> notes.add(
                        Note.Kind.CAUTION,
                        "bus numbers of these bridges do not nest in those of the others",
                        "",
                        address));
        listing.changed()
                .forEach(address -> notes.add(
                        Note.Kind.CAUTION,
                        "shown more than once, with different ACS control bits or bus numbers: the last one is taken",
                        "",
                        address));
        listing.sightings().forEach(this::compare);
        listing.sightings().forEach(this::bars);
        tree();
        strayAcs();
    }

    /** Text and configuration space of one function, where both were captured. */
    private void compare(Sighting seen) {
        if (seen.text().isEmpty() || seen.config().isEmpty()) {
            return;
        }
        Reading text = seen.text().get();
        Reading config = seen.config().get();
        if (Contradictions.either(text, config) || Contradictions.inIds(text, config)) {
            notes.add(
                    Note.Kind.CAUTION,
                    "text and configuration space differ in ids, bus numbers or ACS control bits: configuration space is"
                            + " taken",
                    "",
                    seen.address());
        }
        if (Contradictions.inBars(text, config)) {
            notes.add(
                    Note.Kind.CAUTION,
                    "BARs have another address in text (as the CPU sees it) than in configuration space (as the bus"
                            + " sees it): the bus address is taken",
                    "",
                    seen.address());
        }
    }

    private void bars(Sighting seen) {
        Reading merged = seen.merged();
        if (!merged.bars().numbered()) {
            notes.add(
                    Note.Kind.ASSUMED,
                    "BARs were numbered in order, as lspci -v does not print their numbers; use lspci -vv",
                    "",
                    seen.address());
        }
        if (merged.bars().all().stream().anyMatch(bar -> bar.size().isEmpty())) {
            notes.add(
                    Note.Kind.NOT_KNOWN,
                    "sizes of BARs: configuration space does not hold them; add -v to lspci",
                    "",
                    seen.address());
        }
    }

    private void tree() {
        if (!tree.isKnown()) {
            notes.add(
                    Note.Kind.NOT_KNOWN,
                    "the tree: this listing does not say which bridge is above which bus; run " + LspciReader.COMMAND,
                    "");
        }
    }

    private void strayAcs() {
        if (listing.strayAcs() > 0) {
            notes.add(
                    Note.Kind.NOT_KNOWN,
                    "whose the %d ACSCtl lines are that stand alone, %d of them with redirect on; run %s"
                            .formatted(listing.strayAcs(), listing.strayRedirect(), LspciReader.COMMAND),
                    "");
        }
    }
}
