package org.p2psim.report.html;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.Guest;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.report.lifetime.Chain;
import org.p2psim.report.lifetime.Lifetimes;
import org.p2psim.report.matrix.PairGrid;
import org.p2psim.report.svg.HeatStrip;
import org.p2psim.report.svg.TimelinePicture;
import org.p2psim.report.svg.TopologyPicture;

/** One run on the page. */
public final class Variant {
    private static final int ROWS_OPEN_MAX = 12;
    private static final int SG_TABLES_MAX = 32;
    private static final Pattern MARK = Pattern.compile(" id=\"([^\"]*-event-[0-9]+)\"");

    private final int number;
    private final RunOutcome run;
    private final PairGrid grid;
    private final Lifetimes lifetimes;
    private final String timeline;
    private final ImmutableSet<String> marks;

    Variant(int number, RunOutcome run) {
        this.number = number;
        this.run = run;
        this.grid = new PairGrid(run.matrix());
        this.lifetimes = new Lifetimes(run);
        this.timeline = TimelinePicture.render(id("timeline"), run);
        this.marks = MARK.matcher(timeline).results().map(mark -> mark.group(1)).collect(ImmutableSet.toImmutableSet());
    }

    public RunOutcome run() {
        return run;
    }

    /** An id that is this variant's own on the page. */
    public String id(String what) {
        return "v" + number + "-" + what;
    }

    public Optional<LayerAnswer> layer(Layer layer) {
        return Page.layer(run, layer);
    }

    public Optional<InvariantOutcome> invariant(String id) {
        return run.invariants().stream()
                .filter(invariant -> invariant.id().equals(id))
                .findFirst();
    }

    /** The machine whose kernel decides. */
    public Machine deciding() {
        return run.guest().map(Guest::machine).orElse(run.machine());
    }

    public String hostPicture() {
        return TopologyPicture.render(id("host"), run.machine(), run.transfers());
    }

    /** No route is drawn in a guest: the data takes its way through the host. */
    public String guestPicture(Guest guest) {
        return TopologyPicture.render(id("guest"), guest.machine(), List.of());
    }

    public PairGrid grid() {
        return grid;
    }

    public String timelinePicture() {
        return timeline;
    }

    /** The lanes' names, to stay in sight where the picture is wider than the page. */
    public String timelineNames() {
        return TimelinePicture.names(id("lanes"), run);
    }

    /** The id of an event's mark in the picture, if it is drawn on its own. */
    public Optional<String> mark(int event) {
        return Optional.of(id("timeline-event-" + event)).filter(marks::contains);
    }

    /** Why each invariant broke. */
    public ImmutableList<Chain> chains() {
        return Chain.of(run);
    }

    /** The chain of what broke first. */
    public Chain firstChain() {
        return chains().stream()
                .min(Comparator.comparingLong(
                        chain -> chain.invariant().violation().orElseThrow().at()))
                .orElseThrow();
    }

    /** Whether a table of these is open from the start. */
    public boolean isShort(List<?> rows) {
        return rows.size() <= ROWS_OPEN_MAX;
    }

    /** Scatter/gather tables, as many as a page shows. */
    public ImmutableList<SgTableOutcome> firstSgTables() {
        return run.sgTables().stream().limit(SG_TABLES_MAX).collect(ImmutableList.toImmutableList());
    }

    public String heatStrips() {
        return HeatStrip.render(id("heat"), run.links(), run.end());
    }

    /** The share of the run during which a link was sending. */
    public String mean(LinkUse use) {
        return Words.percent((double) use.busy(), (double) run.end());
    }

    /** The same for the slice of the run in which it was sending most. */
    public String busiestSlice(LinkUse use) {
        long busiest =
                use.busyPerSlice().stream().mapToLong(Long::longValue).max().orElse(0);
        return Words.percent((double) busiest, (double) use.sliceTicks());
    }

    /** An event by its index; a document from elsewhere may name one that is not there. */
    public Optional<Event> event(int index) {
        return lifetimes.event(index);
    }
}
