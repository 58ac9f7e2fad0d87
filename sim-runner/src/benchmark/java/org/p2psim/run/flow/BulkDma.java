package org.p2psim.run.flow;

import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.engine.PlainLoop;
import org.p2psim.run.engine.Scheduler;
import org.p2psim.run.textbook.Carried;
import org.p2psim.run.textbook.TextbookNetwork;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.unit.Ticks;

/** Traffic that begins at time 0, and what can be said of all of it at any time. */
public final class BulkDma implements DmaListener, AutoCloseable {
    private static final long LONG = Ticks.PER_SECOND * 1000;

    /** What its links have carried: all that the network says, and what the textbook says as well. */
    private final Supplier<List<LinkUse>> linkUse;

    private final Supplier<List<Carried>> carried;
    private final LongSupplier events;
    private final LongConsumer runUntil;
    private final LongSupplier clock;
    private final Runnable close;
    private final boolean takesRepeats;
    private final boolean reads;
    private long now;
    private int running;

    private long bytesDone;
    private long told;
    private long latencies;
    private long doneAt;

    /** What runs the model. */
    public enum Way {
        L0,
        L1,
        L2,
        /** The model of L0 on DSOL as it comes. */
        STOCK_DSOL,
        /** A textbook's model of the same, which shares no code with it, on DSOL as it comes. */
        TEXTBOOK_DSOL,
        /** The model of L0 on a loop that does nothing but take events from the engine's queue. */
        PLAIN_LOOP
    }

    /** @param switches that the fabric has; the traffic is below the first */
    public BulkDma(Traffic traffic, Way way, long bytes, int switches) {
        Fabric fabric = traffic.fabric(switches);
        takesRepeats = way == Way.L2;
        reads = traffic == Traffic.READ;
        List<DmaRequest> requests = traffic.requests(fabric, bytes);
        running = requests.size();
        if (way == Way.TEXTBOOK_DSOL) {
            AdvertisedCredits credits = new AdvertisedCredits(fabric, Timings.DEFAULT);
            TextbookNetwork textbook = new TextbookNetwork(fabric, Timings.DEFAULT, credits);
            events = textbook::events;
            runUntil = textbook::runUntil;
            clock = textbook::now;
            close = textbook::close;
            carried = textbook::carried;
            linkUse = List::of;
            requests.forEach(request -> textbook.start(0, request, this));
            return;
        }
        DmaNetwork network;
        if (way == Way.STOCK_DSOL) {
            StockDsol dsol = new StockDsol();
            network = everyEvent(fabric, dsol);
            events = dsol::events;
            runUntil = dsol::runUntil;
            clock = dsol::now;
            close = dsol::close;
        } else if (way == Way.PLAIN_LOOP) {
            PlainLoop loop = new PlainLoop();
            network = everyEvent(fabric, loop);
            events = loop::events;
            runUntil = loop::runUntil;
            clock = loop::now;
            close = () -> {};
        } else {
            Engine engine = new Engine();
            Fidelity fidelity = Fidelity.valueOf(way.name());
            network = new DmaNetwork(fabric, new Routing(fabric), engine, Timings.DEFAULT, fidelity);
            events = engine::events;
            runUntil = engine::runUntil;
            clock = engine::now;
            close = engine::stop;
        }
        linkUse = network::linkUse;
        carried = () -> network.linkUse().stream().map(Carried::of).toList();
        requests.forEach(request -> network.start(request, this));
    }

    private static DmaNetwork everyEvent(Fabric fabric, Scheduler scheduler) {
        Progress progress = new EveryEvent(scheduler);
        return new DmaNetwork(fabric, new Routing(fabric), Timings.DEFAULT, progress, 1, Latencies.AS_STATED);
    }

    /** Lets it go on. */
    public void runFor(long ticks) {
        now += ticks;
        runUntil.accept(now);
    }

    /** Lets it go on to its end. */
    public void finish() {
        while (running > 0) {
            runFor(LONG);
        }
    }

    /** Whether it took the same time as another, to its end and in sum, and used the links in the same way. */
    public boolean isLike(BulkDma other) {
        return doneAt == other.doneAt
                && doneAt > 0
                && told == other.told
                && latencies == other.latencies
                && carried.get().equals(other.carried.get())
                && (linkUse.get().isEmpty() || linkUse.get().equals(other.linkUse.get()));
    }

    public long events() {
        return events.getAsLong();
    }

    /** Of 256 bytes of data, that have come to where they should, as far as was told. */
    public long tlps() {
        return bytesDone / 256;
    }

    @Override
    public void close() {
        close.run();
    }

    /** When the last one was done, ticks. */
    public long doneAt() {
        return doneAt;
    }

    @Override
    public void landed(long at, long address, int bytes, long issued) {
        told(!reads, 1, bytes, at - issued);
    }

    @Override
    public void completed(long at, long address, int bytes, long issued) {
        told(reads, 1, bytes, at - issued);
    }

    private void told(boolean data, long times, int bytes, long latency) {
        if (data) {
            bytesDone += times * bytes;
        }
        told += times;
        latencies += times * latency;
    }

    @Override
    public Optional<Repeats> repeats() {
        return takesRepeats ? Optional.of(this::repeated) : Optional.empty();
    }

    private void repeated(boolean completed, long at, long period, long count, int bytes, long latency) {
        told(completed == reads, count, bytes, latency);
    }

    @Override
    public void done() {
        running--;
        doneAt = clock.getAsLong();
    }
}
