package org.p2psim.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.p2psim.dmabuf.Wait;
import org.p2psim.outcome.Answer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.ObjectOutcome.Kind;
import org.p2psim.outcome.ObjectOutcome.State;
import org.p2psim.outcome.ObjectOutcome.Use;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.WaitOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.unit.Ticks;

/** Outcomes of lifetimes made by hand. */
public final class SampleLifetimes {
    private final List<Event> events = new ArrayList<>();
    private final List<WaitOutcome> waits = new ArrayList<>();
    private final List<InFlightOutcome> inFlight = new ArrayList<>();
    private final List<LandingOutcome> landings = new ArrayList<>();
    private final List<ObjectOutcome> objects = new ArrayList<>();
    private final List<InvariantOutcome> invariants = new ArrayList<>();

    private SampleLifetimes() {}

    /**
     * vfio-pci as posted in 2022: the dma-buf is made with the flag "revoked" set while memory is enabled. A reset then
     * finds nothing to revoke, tells nobody, and a write runs into it; the end of the reset revokes for ever.
     */
    public static RunOutcome doubleInversion() {
        SampleLifetimes s = new SampleLifetimes();
        s.event(0, 0, 0, "buf", "export", Event.Kind.DONE, "BAR 4 of n0, 64 MiB");
        s.event(0, 0, 0, "buf", "I-27", Event.Kind.VIOLATION, "memory is enabled and buf is marked revoked");
        s.event(1, 5, 5, "buf/nic0", "attach", Event.Kind.EFFECT, "peer-to-peer");
        s.event(1, 5, 5, "buf/nic0", "map", Event.Kind.EFFECT, "1 entry");
        s.event(1, 5, 5, "mr0", "register-mr", Event.Kind.DONE, "64 MiB");
        s.event(2, 20, 25, "w0", "rdma-write", Event.Kind.DONE, "4 KiB");
        s.event(3, 30, 130, "n0", "reset", Event.Kind.DONE, "function level reset");
        s.event(3, 30, 30, "n0", "reset", Event.Kind.EFFECT, "decoding off");
        s.event(3, 30, 130, "n0", "wait", Event.Kind.WAIT, "reset of n0");
        s.wait(Wait.Kind.RESET, List.of("n0"), true);
        s.event(4, 50, 55, "w1", "rdma-write", Event.Kind.DONE, "4 KiB");
        s.event(4, 55, 55, "buf", "I-01", Event.Kind.VIOLATION, "w1 reached n0 inside of its reset");
        s.event(3, 130, 130, "n0", "reset done", Event.Kind.EFFECT, "decoding on");
        s.event(3, 130, 130, "buf", "restore", Event.Kind.EFFECT, "the flag flips");
        s.event(3, 130, 130, "buf/nic0", "notify", Event.Kind.EFFECT, "");
        s.event(3, 130, 130, "mr0", "zap", Event.Kind.EFFECT, "");
        s.event(3, 130, 130, "buf/nic0", "unmap", Event.Kind.EFFECT, "");
        s.event(3, 130, 130, "buf", "I-08", Event.Kind.VIOLATION, "memory is enabled and nothing can be mapped");
        s.events.add(new Event(
                s.events.size(),
                5,
                ns(140),
                ns(141),
                "w2",
                "rdma-write",
                Event.Kind.REFUSED,
                Optional.of(Errno.ENODEV),
                "the page fault finds buf revoked"));
        s.event(5, 141, 141, "qp0", "error", Event.Kind.EFFECT, "IBV_WC_REM_ACCESS_ERR");
        s.landings.add(landing("w0", 20, 25, 4096, LandingOutcome.Fate.LANDED, "buf"));
        s.landings.add(landing("w1", 50, 55, 4096, LandingOutcome.Fate.DROPPED, "n0"));
        s.object(
                "n0",
                Kind.DEVICE,
                "",
                state(0, 30, "decoding", Use.USABLE),
                state(30, 130, "in reset", Use.CHANGING),
                state(130, 160, "decoding", Use.USABLE));
        s.object(
                "buf",
                Kind.DMA_BUF,
                "n0",
                state(0, 130, "marked revoked, maps allowed", Use.CONTRADICTED, "I-27"),
                state(130, 160, "not marked revoked, maps refused", Use.DENIED, "I-08", "I-27"));
        s.object(
                "buf/nic0",
                Kind.ATTACHMENT,
                "buf",
                state(5, 130, "mapped", Use.USABLE),
                state(130, 160, "attached", Use.IDLE));
        s.object(
                "mr0",
                Kind.MEMORY_REGION,
                "buf/nic0",
                state(5, 130, "active", Use.USABLE),
                state(130, 160, "zapped", Use.IDLE));
        s.object("w0", Kind.DMA, "mr0");
        s.object("w1", Kind.DMA, "mr0");
        s.object("w2", Kind.DMA, "mr0");
        s.object("nic0", Kind.DEVICE, "", state(0, 160, "decoding", Use.USABLE));
        s.object(
                "qp0",
                Kind.QUEUE_PAIR,
                "nic0",
                state(0, 141, "ready", Use.USABLE),
                state(141, 160, "error", Use.DENIED));
        s.broken(
                "I-01",
                "No write lands in a dma-buf after its revocation returned",
                55,
                10,
                "write w1 of 4 KiB came while n0 was being reset",
                List.of("buf", "w1"),
                0,
                1,
                false);
        s.broken(
                "I-08",
                "A restored dma-buf is usable if memory is enabled, and one revoked for ever never is",
                130,
                16,
                "memory is enabled and nothing can be mapped",
                List.of("buf"),
                0,
                1,
                true);
        s.broken(
                "I-27",
                "A dma-buf of an open vfio device is revoked exactly while memory is disabled",
                0,
                1,
                "memory is enabled and buf is marked revoked",
                List.of("buf"),
                0,
                7,
                true);
        return s.run("rfc", "every map fails after the reset", 160);
    }

    /** The same machine with vfio-pci as merged: a reset that waits for what is in flight. */
    public static RunOutcome merged() {
        SampleLifetimes s = new SampleLifetimes();
        s.event(0, 0, 0, "buf", "export", Event.Kind.DONE, "BAR 4 of n0, 64 MiB");
        s.event(1, 5, 5, "mr0", "register-mr", Event.Kind.DONE, "64 MiB");
        s.event(2, 28, 33, "w0", "rdma-write", Event.Kind.DONE, "4 KiB");
        s.event(3, 30, 140, "n0", "reset", Event.Kind.DONE, "function level reset");
        s.event(3, 30, 30, "buf", "revoke", Event.Kind.EFFECT, "");
        s.inFlight.add(new InFlightOutcome(4, "w0", 16, 4096, 12, 4, 0, OptionalLong.of(ns(33)), 0));
        s.event(3, 30, 30, "buf/nic0", "notify", Event.Kind.EFFECT, "");
        s.event(3, 30, 30, "mr0", "zap", Event.Kind.EFFECT, "");
        s.event(3, 30, 38, "buf", "wait", Event.Kind.WAIT, "nobody maps buf");
        s.wait(Wait.Kind.UNMAP, List.of("buf/nic0"), true);
        s.event(3, 38, 38, "buf/nic0", "unmap", Event.Kind.EFFECT, "");
        s.event(3, 38, 38, "n0", "reset", Event.Kind.EFFECT, "decoding off");
        s.event(3, 38, 138, "n0", "wait", Event.Kind.WAIT, "reset of n0");
        s.wait(Wait.Kind.RESET, List.of("n0"), true);
        s.event(3, 140, 140, "buf", "restore", Event.Kind.EFFECT, "");
        s.landings.add(landing("w0", 28, 33, 4096, LandingOutcome.Fate.LANDED, "buf"));
        s.object(
                "n0",
                Kind.DEVICE,
                "",
                state(0, 38, "decoding", Use.USABLE),
                state(38, 138, "in reset", Use.CHANGING),
                state(138, 160, "decoding", Use.USABLE));
        s.object(
                "buf",
                Kind.DMA_BUF,
                "n0",
                state(0, 30, "exported", Use.USABLE),
                state(30, 140, "revoked", Use.DENIED),
                state(140, 160, "exported", Use.USABLE));
        s.object(
                "buf/nic0",
                Kind.ATTACHMENT,
                "buf",
                state(5, 38, "mapped", Use.USABLE),
                state(38, 160, "attached", Use.IDLE));
        s.object(
                "mr0",
                Kind.MEMORY_REGION,
                "buf/nic0",
                state(5, 30, "active", Use.USABLE),
                state(30, 160, "zapped", Use.IDLE));
        s.object("w0", Kind.DMA, "mr0");
        s.invariants.add(new InvariantOutcome(
                "I-01", "No write lands in a dma-buf after its revocation returned", 4, Optional.empty()));
        return s.run("merged", "the reset waits for the unmap", 160);
    }

    /** Three events, no objects that are followed. */
    public static RunOutcome three() {
        SampleLifetimes s = new SampleLifetimes();
        s.event(0, 0, 0, "buf", "export", Event.Kind.DONE, "");
        s.event(1, 5, 5, "mr0", "register-mr", Event.Kind.DONE, "");
        s.event(2, 1_000_000, 1_000_000, "buf", "close", Event.Kind.DONE, "");
        return s.run("three", "nothing happens", 1_000_000);
    }

    /** About three hundred events of eight attachments, nanoseconds and milliseconds apart. */
    public static RunOutcome many(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SampleLifetimes s = new SampleLifetimes();
        long at = 0;
        String[] what = {"map", "notify", "unmap", "pin", "unpin", "fault", "zap", "load"};
        for (int i = 0; i < 300; i++) {
            String lane = "buf%d/nic%d".formatted(random.nextInt(2), random.nextInt(4));
            at += random.nextInt(10) == 0 ? random.nextLong(3_000_000) : random.nextLong(40);
            if (i % 25 == 24) {
                s.event(i, at, at + random.nextLong(500_000), lane, "wait", Event.Kind.WAIT, "somebody unmaps");
                s.wait(Wait.Kind.UNMAP, List.of("buf0/nic0", "buf1/nic3"), i % 50 == 24);
            } else {
                s.event(i, at, at, lane, what[random.nextInt(what.length)], Event.Kind.EFFECT, "event " + i);
            }
        }
        long end = at + 600_000;
        s.waits.stream().filter(wait -> !wait.finished()).forEach(wait -> s.lastUntil(wait.event(), end));
        for (int d = 0; d < 2; d++) {
            long half = end / 2;
            s.object(
                    "gpu" + d,
                    Kind.DEVICE,
                    "",
                    state(0, half, "decoding", Use.USABLE),
                    state(half, half + 5_000, "in reset", Use.CHANGING),
                    state(half + 5_000, end, "decoding", Use.USABLE));
            s.object("buf" + d, Kind.DMA_BUF, "gpu" + d, state(0, end, "exported", Use.USABLE));
            for (int n = 0; n < 4; n++) {
                s.object(
                        "buf%d/nic%d".formatted(d, n), Kind.ATTACHMENT, "buf" + d, state(0, end, "mapped", Use.USABLE));
            }
        }
        s.broken(
                "I-02",
                "No DMA lands through a mapping after it was unmapped",
                at,
                299,
                "one of many",
                List.of("buf0/nic0"),
                40,
                12,
                false);
        return s.run("many", "much happens", end);
    }

    private static long ns(long nanoseconds) {
        return nanoseconds * Ticks.PER_NANOSECOND;
    }

    private void event(int operation, long start, long end, String lane, String what, Event.Kind kind, String detail) {
        events.add(new Event(events.size(), operation, ns(start), ns(end), lane, what, kind, Optional.empty(), detail));
    }

    private void lastUntil(int index, long end) {
        Event event = events.get(index);
        events.set(
                index,
                new Event(
                        index,
                        event.operation(),
                        event.start(),
                        ns(end),
                        event.lane(),
                        event.what(),
                        event.kind(),
                        event.errno(),
                        event.detail()));
    }

    /** Of the newest event. */
    private void wait(Wait.Kind kind, List<String> blockers, boolean finished) {
        waits.add(new WaitOutcome(events.size() - 1, kind, blockers, finished));
    }

    private static LandingOutcome landing(
            String dma, long issued, long at, long bytes, LandingOutcome.Fate fate, String where) {
        return new LandingOutcome(dma, ns(issued), ns(at), ns(at), bytes / 256, bytes, fate, where, "", "");
    }

    private static State state(long start, long end, String name, Use use, String... broken) {
        return new State(ns(start), ns(end), name, use, List.of(broken));
    }

    private void object(String name, Kind kind, String parent, State... states) {
        objects.add(new ObjectOutcome(
                name, kind, parent.isEmpty() ? Optional.empty() : Optional.of(parent), List.of(states)));
    }

    private void broken(
            String id,
            String statement,
            long at,
            int event,
            String detail,
            List<String> on,
            int enabledBy,
            long times,
            boolean expected) {
        invariants.add(new InvariantOutcome(
                id,
                statement,
                10,
                Optional.of(new InvariantOutcome.Violation(ns(at), event, detail, on, enabledBy, times, expected))));
    }

    private RunOutcome run(String variant, String because, long end) {
        RunOutcome run = SampleOutcomes.bareMetal("n0", "nic0");
        return new RunOutcome(
                run.provenance(),
                "A function level reset under a mapped dma-buf",
                Optional.empty(),
                variant,
                ns(end),
                new Answer(true, "nic0 to n0", "works", because, List.of()),
                run.machine(),
                run.guest(),
                run.matrix(),
                List.of(),
                events,
                waits,
                inFlight,
                landings,
                objects,
                List.of(),
                List.of(),
                invariants,
                List.of(new ExpectationOutcome("I-08 breaks", "broken", true, 12)),
                run.notes());
    }
}
