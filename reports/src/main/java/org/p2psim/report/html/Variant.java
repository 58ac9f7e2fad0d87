package org.p2psim.report.html;

import java.util.List;
import java.util.Optional;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.Guest;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.matrix.PairGrid;
import org.p2psim.report.svg.HeatStrip;
import org.p2psim.report.svg.TimelinePicture;
import org.p2psim.report.svg.TopologyPicture;

/** One run on the page. */
public final class Variant {
    private final int number;
    private final RunOutcome run;
    private final PairGrid grid;

    Variant(int number, RunOutcome run) {
        this.number = number;
        this.run = run;
        this.grid = new PairGrid(run.matrix());
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
        return TimelinePicture.render(id("timeline"), run);
    }

    public String heatStrips() {
        return HeatStrip.render(id("heat"), run.links(), run.end());
    }

    /** The share of the run during which a link was sending. */
    public String mean(LinkUse use) {
        return Words.percent((double) use.busy(), (double) run.end());
    }

    /** The same for its busiest slice. */
    public String peak(LinkUse use) {
        long busiest =
                use.busyPerSlice().stream().mapToLong(Long::longValue).max().orElse(0);
        return Words.percent((double) busiest, (double) use.sliceTicks());
    }

    /** An event by its index; a document from elsewhere may name one that is not there. */
    public Optional<Event> event(int index) {
        return run.events().stream().filter(event -> event.index() == index).findFirst();
    }
}
