package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.flow.Target.Cached;
import org.p2psim.run.flow.Target.MemoryTarget;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.unit.Ticks;

/**
 * Traffic on a fabric: links of any rate, up to seven DMAs that share initiators, targets and links, some of them
 * stopped, blocked or held up by page walks, with ordering attributes or without; in half of the scenes the credits
 * are so few that they bind.
 */
record Scene(Fabric fabric, Timings timing, List<DmaAt> dmas) {
    /** Functions that keep translations use them. */
    Scene {
        dmas = dmas.stream().map(dma -> dma.in(timing)).toList();
    }

    /** What every listener was told, TLP by TLP. */
    record Result(List<List<Told>> told, List<Long> doneAt, List<LinkUse> use, boolean atRest) {}

    /**
     * What every listener can count.
     *
     * @param oneByOne what it was told of single TLPs
     * @param longestRepeat bytes of TLPs alike that it was told of at once
     */
    record Summary(
            List<Map<Told, Long>> counts,
            List<Set<Told>> oneByOne,
            List<Long> doneAt,
            List<LinkUse> use,
            long skipped,
            List<Long> longestRepeat) {
        boolean equalsIn(Summary other) {
            return counts.equals(other.counts) && doneAt.equals(other.doneAt) && use.equals(other.use);
        }
    }

    static Scene of(SplittableRandom random) {
        Fabric grown = Machine.rich(random);
        while (grown.endpoints().size() < 2) {
            grown = Machine.rich(random);
        }
        return of(grown, random);
    }

    private static Scene of(Fabric grown, SplittableRandom random) {
        List<DmaAt> dmas = new ArrayList<>();
        int count = random.nextInt(1, 8);
        for (int i = 0; i < count; i++) {
            long start = Ticks.ofNanoseconds(random.nextInt(20) * 50);
            long stop = random.nextInt(4) == 0 ? start + Ticks.ofNanoseconds(random.nextInt(60) * 50) : Agenda.NEVER;
            dmas.add(new DmaAt(start, stop, RandomRequests.bulk("dma" + i, grown.endpoints(), random)));
        }
        Timings timing = RandomTimings.of(grown, random);
        return new Scene(grown, timing, dmas);
    }

    /** The same DMAs, but some begin and stop at instants at which something happens in a result of this scene. */
    Scene withTies(Result result, SplittableRandom random) {
        List<Told> all = result.told().stream().flatMap(List::stream).toList();
        if (all.isEmpty()) {
            return this;
        }
        List<DmaAt> tied = new ArrayList<>();
        for (DmaAt dma : dmas) {
            long start = random.nextInt(3) == 0 ? anyInstant(all, random) : dma.start();
            long stop = random.nextInt(2) == 0 ? start + anyInstant(all, random) : dma.stop();
            tied.add(new DmaAt(start, stop, dma.request()));
        }
        return new Scene(fabric, timing, tied);
    }

    private static long anyInstant(List<Told> all, SplittableRandom random) {
        Told told = all.get(random.nextInt(all.size()));
        return random.nextBoolean() ? told.issued() : told.at();
    }

    /** Few DMAs, most of them writes and most from page to page, so that some have their way to themselves at times. */
    static Scene sparse(SplittableRandom random) {
        Scene any = random.nextInt(3) == 0 ? of(random) : of(Machine.oneSwitch(random), random);
        List<DmaAt> few = new ArrayList<>();
        for (DmaAt dma : any.dmas.subList(0, Math.min(any.dmas.size(), random.nextInt(1, 4)))) {
            boolean pages = random.nextInt(3) > 0;
            List<Segment> segments = new ArrayList<>();
            for (Segment each : dma.request().segments()) {
                long address = pages ? each.dmaAddress() & -4096 : each.dmaAddress();
                boolean low = random.nextInt(6) == 0;
                long length = random.nextInt(2) == 0 ? 8192 : random.nextLong(1, 50_000);
                segments.add(new Segment(low ? (1L << 32) - (pages ? 4096 : 1000) : address, length));
            }
            long start = Ticks.ofNanoseconds(random.nextInt(3000));
            long stop = random.nextInt(4) == 0 ? start + Ticks.ofNanoseconds(random.nextInt(3000)) : Agenda.NEVER;
            Direction direction = random.nextInt(4) == 0 ? Direction.READ : Direction.WRITE;
            DmaRequest request = new DmaLike(dma.request())
                    .requests(new Requests.Bulk(segments))
                    .direction(direction)
                    .kind(AddressKind.BUS_ADDRESS)
                    .request();
            few.add(new DmaAt(start, stop, request));
            if (random.nextInt(3) == 0) {
                long later = start + Ticks.ofNanoseconds(random.nextInt(2000));
                few.add(new DmaAt(later, Agenda.NEVER, backwards(request)));
            }
        }
        return new Scene(any.fabric, random.nextBoolean() ? Timings.DEFAULT : any.timing, few);
    }

    /** The same between the same functions, from the target to the initiator. */
    private static DmaRequest backwards(DmaRequest request) {
        return new DmaLike(request)
                .name(request.name() + " back")
                .initiator(request.target())
                .memory(new PciTarget(request.initiator()))
                .request();
    }

    /** Fewer DMAs and longer ones, so that they may repeat themselves. */
    Scene bulk(SplittableRandom random) {
        boolean plain = random.nextBoolean();
        List<DmaAt> large = new ArrayList<>();
        for (DmaAt dma : dmas.subList(0, Math.min(dmas.size(), random.nextInt(1, plain ? 3 : 4)))) {
            DmaRequest request = dma.request();
            List<Segment> segments = new ArrayList<>();
            // Some have one length of whole pages, as the entries of a scatter list have.
            long pages = random.nextInt(1, 40) * 4096L;
            boolean scattered = random.nextInt(3) == 0;
            for (Segment each : request.segments()
                    .subList(0, random.nextInt(1, request.segments().size() + 1))) {
                long address = plain || random.nextBoolean() ? each.dmaAddress() & -4096 : each.dmaAddress();
                long length = scattered ? pages * 10 : random.nextLong(1, plain ? 3_000_000 : 600_000);
                segments.add(new Segment(scattered ? address & -4096 : address, length));
            }
            long stop =
                    random.nextBoolean() ? Agenda.NEVER : dma.start() + Ticks.ofNanoseconds(random.nextInt(400_000));
            DmaRequest longer = new DmaLike(request)
                    .requests(new Requests.Bulk(segments))
                    .kind(random.nextInt(8) == 0 ? AddressKind.IOVA : AddressKind.BUS_ADDRESS)
                    .request();
            large.add(new DmaAt(dma.start(), stop, longer));
        }
        return new Scene(fabric, plain ? Timings.DEFAULT : timing, large);
    }

    /** Some go to the memory of a socket, of which the last-level cache has all, none, or what depends on the address. */
    Scene ofMemory(SplittableRandom random) {
        List<DmaAt> some = new ArrayList<>();
        for (DmaAt dma : dmas) {
            DmaRequest request = dma.request();
            boolean device = random.nextInt(4) == 0;
            some.add(new DmaAt(dma.start(), dma.stop(), device ? request : to(request, anyMemory(random))));
        }
        return new Scene(fabric, timing, some);
    }

    private static DmaRequest to(DmaRequest request, MemoryTarget memory) {
        return new DmaLike(request)
                .memory(memory)
                .kind(AddressKind.BUS_ADDRESS)
                .rcb(64)
                .request();
    }

    private MemoryTarget anyMemory(SplittableRandom random) {
        String socket = fabric.hostBridges()
                .get(random.nextInt(fabric.hostBridges().size()))
                .socket();
        int share = random.nextInt(1, 20);
        return switch (random.nextInt(4)) {
            case 0 -> new MemoryTarget(socket);
            case 1 -> new MemoryTarget(socket, Cached.NONE, OptionalInt.empty());
            default -> MemoryTarget.window(socket, 16, share);
        };
    }

    /** The same in operations, most of them. */
    Scene inOperations(SplittableRandom random) {
        List<DmaAt> cut = new ArrayList<>();
        for (DmaAt dma : dmas) {
            DmaRequest all = dma.request();
            DmaRequest request = new DmaLike(all)
                    .requests(random.nextInt(4) == 0 ? all.requests() : RandomRequests.regular(all.segments(), random))
                    .request();
            cut.add(new DmaAt(dma.start(), dma.stop(), request));
        }
        return new Scene(fabric, timing, cut);
    }

    /**
     * All translated, by IOMMUs that keep a few translations or many; each begins again after its end, at what it began
     * with or within it.
     */
    Scene again(SplittableRandom random) {
        Timings timing = RandomTimings.ofIommus(fabric, random.nextInt(1, 300), random);
        List<DmaAt> translated = new ArrayList<>();
        for (DmaAt dma : dmas) {
            DmaRequest request =
                    new DmaLike(dma.request()).kind(AddressKind.IOVA).request();
            translated.add(new DmaAt(dma.start(), dma.stop(), request));
        }
        List<Long> doneAt = new Scene(fabric, timing, translated)
                .run(EveryEvent::new, List.of())
                .doneAt();
        List<DmaAt> twice = new ArrayList<>(translated);
        for (int i = 0; i < translated.size(); i++) {
            DmaRequest request = translated.get(i).request();
            List<Segment> rest = new ArrayList<>();
            for (Segment each : request.segments()) {
                long offset = random.nextBoolean() ? 0 : random.nextLong(each.length());
                rest.add(new Segment(each.dmaAddress() + offset, each.length() - offset));
            }
            long start = doneAt.get(i) + Ticks.ofNanoseconds(random.nextInt(5000));
            DmaRequest later = new DmaLike(request)
                    .name(request.name() + " again")
                    .requests(new Requests.Bulk(rest))
                    .request();
            twice.add(new DmaAt(start, Agenda.NEVER, later));
        }
        return new Scene(fabric, timing, twice);
    }

    /** The same in a few operations, each of many TLPs; some come past 4 GiB. */
    Scene inLargeOperations(SplittableRandom random) {
        return inOperations(Long.MAX_VALUE, RandomRequests::large, random);
    }

    /** The same in windows of a few pages, which some begin again many times. */
    Scene inRounds(SplittableRandom random) {
        return inOperations(random.nextInt(2048, 20_000), RandomRequests::rounds, random);
    }

    private Scene inOperations(
            long most, BiFunction<List<Segment>, SplittableRandom, Requests> operations, SplittableRandom random) {
        List<DmaAt> cut = new ArrayList<>();
        for (DmaAt dma : dmas) {
            List<Segment> segments = new ArrayList<>();
            for (Segment each : dma.request().segments()) {
                long length = Math.min(most, each.length());
                boolean low = random.nextInt(6) == 0;
                long before = random.nextLong(length + 1);
                segments.add(new Segment(low ? (1L << 32) - before : each.dmaAddress(), length));
            }
            Requests requests = operations.apply(segments, random);
            cut.add(new DmaAt(
                    dma.start(),
                    dma.stop(),
                    new DmaLike(dma.request()).requests(requests).request()));
        }
        return new Scene(fabric, timing, cut);
    }

    Result run(Function<Engine, Progress> progress, List<Long> cuts) {
        Run run = new Run(fabric, timing, progress);
        List<Run.Log> logs = new ArrayList<>();
        stages().forEach(stage -> logs.add(run.log()));
        List<LinkUse> use = go(run, logs, cuts);
        boolean stuck = logs.stream().anyMatch(log -> log.stuckAt != -1);
        return new Result(
                logs.stream().map(log -> log.told).toList(),
                logs.stream()
                        .map(log -> log.timesDone == 1 ? log.doneAt : log.stuckAt)
                        .toList(),
                use,
                stuck || run.network.isAtRest());
    }

    Summary sums(Function<Engine, Progress> progress, boolean takesRepeats, List<Long> cuts) {
        Run run = new Run(fabric, timing, progress);
        List<Sums> all = new ArrayList<>();
        stages().forEach(stage -> all.add(new Sums(run.engine, takesRepeats)));
        List<LinkUse> use = go(run, all, cuts);
        return new Summary(
                all.stream().map(sums -> sums.counts).toList(),
                all.stream().map(sums -> sums.oneByOne).toList(),
                all.stream().map(sums -> sums.doneAt).toList(),
                use,
                all.stream().mapToLong(sums -> sums.skipped).sum(),
                all.stream().map(sums -> sums.longestRepeat).toList());
    }

    /** What went wrong, of all DMAs together, in the order in which it was told. */
    List<Told> failures(Function<Engine, Progress> progress) {
        Run run = new Run(fabric, timing, progress);
        List<Told> failures = new ArrayList<>();
        List<DmaListener> listeners = new ArrayList<>();
        stages().forEach(stage -> listeners.add(new FailureListener(failures)));
        go(run, listeners, List.of());
        return failures;
    }

    private record FailureListener(List<Told> failures) implements DmaListener {
        @Override
        public void landed(long at, long address, int bytes, long issued) {}

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            failures.add(new Told(Run.What.of(how), address, bytes, issued, at));
        }

        @Override
        public void done() {}
    }

    private Stream<Stage> stages() {
        return dmas.stream().flatMap(dma -> dma.stages().stream());
    }

    /** @param listeners one for each stage of each DMA */
    private List<LinkUse> go(Run run, List<? extends DmaListener> listeners, List<Long> cuts) {
        Iterator<? extends DmaListener> next = listeners.iterator();
        for (DmaAt dma : dmas) {
            List<Stage> stages = dma.toldTo(next);
            run.engine.at(dma.start(), () -> run.network.start(stages));
            if (dma.stop() != Agenda.NEVER) {
                run.engine.at(dma.stop(), () -> run.network.stop(dma.name()));
            }
        }
        for (long cut : cuts) {
            run.engine.runUntil(cut);
        }
        run.engine.run();
        run.network.end();
        return run.run();
    }
}
