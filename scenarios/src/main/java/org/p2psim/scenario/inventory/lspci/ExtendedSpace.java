package org.p2psim.scenario.inventory.lspci;

import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.config.Extent;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PortType;

/**
 * Decides what can be said of extended capabilities that a dump does not show: the function has none, the kernel
 * cannot see them either, or nobody knows.
 */
final class ExtendedSpace {
    private static final Pattern NO_MMCONFIG = Pattern.compile("(?:^|\\s)\"?pci=(?:[^\\s]*,)?nommconf(?:[,\"\\s]|$)");

    private static final Bdf FIRST = new Bdf(0, 0, 0, 0);
    private static final String CONFIG_SIZE = "Linux drivers/pci/probe.c, pci_cfg_space_size()";

    private final boolean textShowsExtended;
    private final boolean configShowsExtended;
    private final boolean conventionalMachine;
    private final boolean noMmconfig;
    private final boolean extendedThroughPorts;
    private final GroupedNotes notes;

    ExtendedSpace(Collection<Sighting> sightings, HostFacts host, GroupedNotes notes) {
        this.textShowsExtended = sightings.stream().anyMatch(seen -> extent(seen.text()) == Extent.EXTENDED);
        this.configShowsExtended = sightings.stream().anyMatch(seen -> extent(seen.config()) == Extent.EXTENDED);
        this.conventionalMachine = isConventional(sightings);
        this.noMmconfig =
                host.cmdline().filter(text -> NO_MMCONFIG.matcher(text).find()).isPresent();
        this.extendedThroughPorts = host.cpu().map(ExtendedSpace::isAmd).orElse(false);
        this.notes = notes;
    }

    /** A whole listing of root without a PCI Express port, as of i440fx: nothing there forwards extended requests. */
    private static boolean isConventional(Collection<Sighting> sightings) {
        boolean whole = sightings.stream()
                .allMatch(seen -> !seen.selected() && extent(Optional.of(seen.merged())) != Extent.HIDDEN);
        return whole
                && sightings.stream().anyMatch(seen -> seen.address().equals(FIRST))
                && sightings.stream()
                        .flatMap(seen -> seen.merged().capabilities().express().stream())
                        .flatMap(express -> express.type().stream())
                        .allMatch(type -> type == PortType.ENDPOINT || type == PortType.LEGACY_ENDPOINT);
    }

    private static boolean isAmd(Cpu cpu) {
        return cpu.vendor().equals("AuthenticAMD") || cpu.vendor().equals("HygonGenuine");
    }

    private static Extent extent(Optional<Reading> reading) {
        return reading.map(known -> known.capabilities().extent()).orElse(Extent.HIDDEN);
    }

    /** ACS of a function: empty if it has none. */
    Optional<Acs> acs(Sighting seen, Reading merged) {
        Optional<Acs> shown = merged.capabilities().acs();
        if (shown.isPresent()) {
            if (!shown.get().isKnown()) {
                notes.add(
                        Note.Kind.NOT_KNOWN,
                        "ACS is there, but which of its control bits are on is not: lspci -v leaves them out; use"
                                + " lspci -vvv",
                        "",
                        seen.address());
            }
            return shown;
        }
        return isWhole(seen, merged) ? Optional.empty() : Optional.of(Acs.NOT_KNOWN);
    }

    /** True if there are no extended capabilities but those that are shown, or none that the kernel can see. */
    boolean isWhole(Sighting seen, Reading merged) {
        Extent extent = merged.capabilities().extent();
        if (merged.capabilities().areWhole()) {
            return true;
        }
        if (noMmconfig && (extent == Extent.CONVENTIONAL || !extendedThroughPorts)) {
            notes.add(
                    Note.Kind.ASSUMED,
                    "no ACS and no ATS for the kernel: under pci=nommconf it does not reach extended configuration space;"
                            + " what firmware left on there still redirects",
                    CONFIG_SIZE,
                    seen.address());
            return true;
        }
        return extent == Extent.CONVENTIONAL ? isWholeBeside(seen) : isHidden(seen, merged);
    }

    /** The function is PCIe, and nothing beyond its first 256 bytes is shown. */
    private boolean isWholeBeside(Sighting seen) {
        boolean text = extent(seen.text()) == Extent.CONVENTIONAL;
        boolean config = extent(seen.config()) == Extent.CONVENTIONAL;
        if (text && (config || textShowsExtended)) {
            notes.add(
                    Note.Kind.ASSUMED,
                    "no ACS and no ATS: the listing shows all capabilities of these PCIe functions, and no extended one",
                    CONFIG_SIZE,
                    seen.address());
            return true;
        }
        if (config && configShowsExtended) {
            notes.add(
                    Note.Kind.ASSUMED,
                    "no ACS and no ATS: 256 bytes of these PCIe functions are shown where others show 4096, so the"
                            + " kernel reads no more either",
                    CONFIG_SIZE,
                    seen.address());
            return true;
        }
        if (conventionalMachine) {
            notes.add(
                    Note.Kind.ASSUMED,
                    "no ACS and no ATS for the kernel: the machine has no PCI Express port, so these functions have 256"
                            + " bytes of configuration space",
                    CONFIG_SIZE,
                    seen.address());
            return true;
        }
        notes.add(
                Note.Kind.NOT_KNOWN,
                "ACS and ATS of PCIe functions of which no extended capability is shown; run sudo lspci -vvvnn -xxxx",
                "",
                seen.address());
        return false;
    }

    private boolean isHidden(Sighting seen, Reading merged) {
        notes.add(
                Note.Kind.NOT_KNOWN,
                merged.identity().silent()
                        ? "everything in configuration space of functions that do not answer (powered off or gone)"
                        : "ACS and ATS: the capabilities were not captured (no root, no -vv, or cut off); run sudo lspci"
                                + " -vvvnn -xxxx",
                "",
                seen.address());
        return false;
    }
}
