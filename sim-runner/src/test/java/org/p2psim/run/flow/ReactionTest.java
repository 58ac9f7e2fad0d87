package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Failure;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.Timings;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Ticks;

/** Who begins a DMA when another ends finds the links as they are at that time, whatever is an event. */
class ReactionTest {
    private static final int ENDPOINTS = 4;

    static List<Integer> seeds() {
        return FidelityTest.seeds().toList();
    }

    private record Chain(long start, List<DmaRequest> dmas) {}

    private static final class Machines {
        final Machine machine;
        final List<PciFunction> endpoints = new ArrayList<>();

        Machines(SplittableRandom random) {
            IommuMode iommu = random.nextBoolean() ? IommuMode.OFF : IommuMode.TRANSLATING;
            machine = new Machine().socket().hostBridge(iommu, 256);
            PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(anyLink(random)));
            for (int i = 0; i < ENDPOINTS; i++) {
                endpoints.add(machine.endpoint(machine.downstreamPort(upstreamPort, anyLink(random))));
            }
        }

        private static Link anyLink(SplittableRandom random) {
            return new Link(random.nextInt(3, 7), 4 << random.nextInt(3));
        }
    }

    /** The first is long and goes on; those of the others are short, and each is begun when the one before is done. */
    private static List<Chain> chains(List<PciFunction> endpoints, SplittableRandom random) {
        List<Chain> chains = new ArrayList<>();
        for (int chain = random.nextInt(2, 4); chain > 0; chain--) {
            List<DmaRequest> dmas = new ArrayList<>();
            for (int i = chain == 1 ? 1 : random.nextInt(1, 9); i > 0; i--) {
                dmas.add(dma(chain + "." + i, endpoints, random.nextLong(1, chain == 1 ? 200_000 : 20_000), random));
            }
            chains.add(new Chain(random.nextInt(50) * 16_000L, dmas));
        }
        return chains;
    }

    /** All at once, or in operations of one size with a depth or at a rate. */
    private static Requests requests(long bytes, SplittableRandom random) {
        Segment window = new Segment(1L << 40, bytes);
        if (random.nextInt(3) > 0) {
            return new Requests.Bulk(List.of(window));
        }
        int size = (int) Math.min(bytes, 1L << random.nextInt(6, 13));
        return new Requests.Operations(
                List.of(window),
                bytes,
                size,
                size,
                Requests.Pattern.SEQUENTIAL,
                1,
                random.nextBoolean()
                        ? new Requests.Start.AtOnce()
                        : new Requests.Start.Paced(random.nextLong(1_000_000_000, 30_000_000_000L)),
                random.nextInt(9),
                1);
    }

    private static DmaRequest dma(String name, List<PciFunction> endpoints, long bytes, SplittableRandom random) {
        int initiator = random.nextInt(ENDPOINTS);
        int target = (initiator + random.nextInt(1, ENDPOINTS)) % ENDPOINTS;
        long blockedFrom = random.nextBoolean() ? Long.MAX_VALUE : (1L << 40) + random.nextLong(bytes);
        return new DmaRequest(
                name,
                endpoints.get(initiator),
                new Target.PciTarget(endpoints.get(target)),
                random.nextInt(5) == 0 ? Direction.READ : Direction.WRITE,
                requests(bytes, random),
                random.nextInt(3) == 0 ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                address -> address < blockedFrom,
                64,
                256,
                512,
                64);
    }

    /** Begins one after the other. */
    private static void begin(Run run, List<DmaRequest> dmas, List<List<Told>> told) {
        if (dmas.isEmpty()) {
            return;
        }
        List<Told> itsTold = new ArrayList<>();
        told.add(itsTold);
        run.network.start(dmas.get(0), new DmaListener() {
            @Override
            public void landed(long at, long address, int bytes, long issued) {
                itsTold.add(new Told(Run.What.LANDED, address, bytes, issued, at));
            }

            @Override
            public void completed(long at, long address, int bytes, long issued) {
                itsTold.add(new Told(Run.What.COMPLETED, address, bytes, issued, at));
            }

            @Override
            public void finished(long at, long started) {
                itsTold.add(new Told(Run.What.FINISHED, 0, 0, started, at));
            }

            @Override
            public void failed(Failure how, long at, long address, int bytes, long issued) {
                itsTold.add(new Told(Run.What.of(how), address, bytes, issued, at));
            }

            @Override
            public void done() {
                run.engine.at(run.engine.now(), () -> begin(run, dmas.subList(1, dmas.size()), told));
            }
        });
    }

    /** In every other machine some functions do not answer, or do not wait long for answers. */
    private static Timings timings(List<PciFunction> endpoints, SplittableRandom random) {
        if (random.nextBoolean()) {
            return Timings.DEFAULT;
        }
        Map<Bdf, DeviceTiming> devices = new HashMap<>();
        for (PciFunction endpoint : endpoints) {
            devices.put(
                    endpoint.address(),
                    new DeviceTiming(
                            0,
                            OptionalLong.empty(),
                            0,
                            Optional.empty(),
                            DmaEngineTiming.NONE,
                            OptionalLong.of(random.nextLong(1, 5 * Ticks.PER_MICROSECOND)),
                            Response.values()[random.nextInt(3) == 0 ? random.nextInt(4) : 0],
                            random.nextInt(3) == 0 ? PortTiming.BILLION / 10 : 0));
        }
        return Timings.of(Map.of(), Map.of(), Map.of(), devices);
    }

    private static List<List<Told>> run(int seed, Fidelity fidelity) {
        SplittableRandom random = new SplittableRandom(seed);
        Machines grown = new Machines(random);
        Run run = new Run(grown.machine.fabric(), timings(grown.endpoints, new SplittableRandom(seed)), fidelity);
        List<List<Told>> told = new ArrayList<>();
        for (Chain chain : chains(grown.endpoints, random)) {
            run.engine.at(chain.start(), () -> begin(run, chain.dmas(), told));
        }
        run.run();
        return told;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void reactionsFindTheSameAtAnyFidelity(int seed) {
        List<List<Told>> everyEvent = run(seed, Fidelity.L0);
        assertThat(run(seed, Fidelity.L1)).as("seed %d, L1", seed).isEqualTo(everyEvent);
        assertThat(run(seed, Fidelity.L2)).as("seed %d, L2", seed).isEqualTo(everyEvent);
    }
}
