package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.flow.Run.What;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Ticks;

/** What holds for any DMA on any fabric, alone or among others. */
class DmaPropertiesTest {
    static Stream<Integer> seeds() {
        return Stream.iterate(1, seed -> seed + 1).limit(150);
    }

    private record Started(DmaRequest request, Run.Log log) {}

    /** A fabric, up to four DMAs on it, and what became of them. */
    private static final class Scene {
        final Fabric fabric;
        final Routing routing;
        final List<Started> dmas = new ArrayList<>();
        final List<LinkUse> use;
        final long end;

        Scene(int seed) {
            SplittableRandom random = new SplittableRandom(seed);
            Fabric grown = Machine.random(random);
            while (grown.endpoints().size() < 2) {
                grown = Machine.random(random);
            }
            fabric = grown;
            routing = new Routing(fabric);
            Run run = new Run(fabric);
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                DmaRequest request = anyDma("dma" + i, fabric.endpoints(), random);
                dmas.add(new Started(request, run.start(request)));
            }
            use = run.run();
            end = run.engine.now();
        }

        Delivery delivery(DmaRequest request) {
            return routing.request(
                    request.initiator(), request.target(), request.kind(), request.direction() == Direction.WRITE);
        }

        Route dataRoute(DmaRequest request) {
            return request.direction() == Direction.WRITE
                    ? delivery(request).route()
                    : routing.completion(request.target(), request.initiator());
        }
    }

    private static DmaRequest anyDma(String name, ImmutableList<PciFunction> endpoints, SplittableRandom random) {
        int initiator = random.nextInt(endpoints.size());
        int target = (initiator + random.nextInt(1, endpoints.size())) % endpoints.size();
        List<Segment> segments = new ArrayList<>();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            segments.add(new Segment(random.nextLong(1L << 46), random.nextLong(1, 20_000)));
        }
        return new DmaRequest(
                name,
                endpoints.get(initiator),
                endpoints.get(target),
                random.nextBoolean() ? Direction.READ : Direction.WRITE,
                segments,
                random.nextBoolean() ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                address -> true,
                random.nextInt(1, 65),
                128 << random.nextInt(3),
                128 << random.nextInt(6),
                64 << random.nextInt(2));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noByteIsFasterThanTheSlowestLink(int seed) {
        Scene scene = new Scene(seed);
        for (Started dma : scene.dmas) {
            if (scene.delivery(dma.request()).disposition().arrives()) {
                long fastest = scene.dataRoute(dma.request())
                        .slowestLink()
                        .orElseThrow()
                        .serialisationTicks(dma.request().bytes());
                assertThat(dma.log().doneAt).as(dma.request().toString()).isGreaterThanOrEqualTo(fastest);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyByteMeetsItsFateOnceAndInOrder(int seed) {
        Scene scene = new Scene(seed);
        for (Started dma : scene.dmas) {
            Run.Log log = dma.log();
            assertThat(log.timesDone).isEqualTo(1);
            assertThat(log.told).allMatch(told -> told.at() <= log.doneAt);
            Delivery delivery = scene.delivery(dma.request());
            switch (delivery.disposition()) {
                case DIRECT, VIA_ROOT_COMPLEX -> {
                    checkCover(log.all(What.LANDED), dma.request());
                    if (dma.request().direction() == Direction.READ) {
                        checkCover(log.all(What.COMPLETED), dma.request());
                    }
                    assertThat(log.bytes(What.DROPPED) + log.bytes(What.REFUSED))
                            .isZero();
                }
                case DROPPED -> {
                    checkCover(log.all(What.DROPPED), dma.request());
                    assertThat(log.bytes(What.LANDED)).isZero();
                }
                case REFUSED -> {
                    assertThat(log.bytes(What.REFUSED)).isPositive();
                    assertThat(log.bytes(What.LANDED)).isZero();
                }
            }
        }
    }

    private static void checkCover(List<Told> pieces, DmaRequest request) {
        int next = 0;
        for (Segment segment : request.segments()) {
            long address = segment.dmaAddress();
            while (address < segment.dmaAddress() + segment.length()) {
                assertThat(pieces.get(next).address()).isEqualTo(address);
                address += pieces.get(next++).bytes();
            }
            assertThat(address).isEqualTo(segment.dmaAddress() + segment.length());
        }
        assertThat(pieces).hasSize(next);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void noTlpIsFasterThanTheFixedLatenciesOfItsWay(int seed) {
        Scene scene = new Scene(seed);
        for (Started dma : scene.dmas) {
            Delivery delivery = scene.delivery(dma.request());
            if (delivery.disposition().arrives()) {
                boolean read = dma.request().direction() == Direction.READ;
                long there = fixedLatency(delivery.route())
                        + (read ? dma.request().target().latency() : 0);
                assertThat(dma.log().all(What.LANDED)).allMatch(told -> told.latency() > there);
                long back = fixedLatency(scene.routing.completion(
                        dma.request().target(), dma.request().initiator()));
                assertThat(dma.log().all(What.COMPLETED)).allMatch(told -> told.latency() > there + back);
            }
        }
    }

    /** Every switch 105 ns; 200 ns through root complexes, however many; 50 ns between sockets. */
    private static long fixedLatency(Route route) {
        long nanoseconds = 0;
        boolean rootComplex = false;
        for (Hop hop : route.hops()) {
            nanoseconds += hop instanceof SwitchHop ? 105 : hop instanceof SocketHop ? 50 : 0;
            rootComplex |= hop instanceof RootComplexHop;
        }
        return Ticks.ofNanoseconds(nanoseconds + (rootComplex ? 200 : 0));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void twoRunsAreIdentical(int seed) {
        Scene one = new Scene(seed);
        Scene other = new Scene(seed);
        assertThat(one.use).isEqualTo(other.use);
        assertThat(one.end).isEqualTo(other.end);
        for (int i = 0; i < one.dmas.size(); i++) {
            assertThat(one.dmas.get(i).log().told).isEqualTo(other.dmas.get(i).log().told);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void linksAddUp(int seed) {
        Scene scene = new Scene(seed);
        for (LinkUse link : scene.use) {
            assertThat(link.busy()).isLessThanOrEqualTo(scene.end);
            assertThat(link.wire()).isGreaterThan(link.payload());
            assertThat(link.busyPerSlice()).hasSizeLessThanOrEqualTo(100).allMatch(busy -> busy <= link.sliceTicks());
            assertThat(link.busyPerSlice().stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(link.busy());
            assertThat(link.sliceTicks()).isEqualTo(scene.use.get(0).sliceTicks());
            long payload = scene.dmas.stream()
                    .filter(dma -> scene.dataRoute(dma.request()).links().stream()
                            .anyMatch(hop -> hop.port().address().equals(link.port())
                                    && hop.upstream() == (link.direction() == LinkUse.Direction.UPSTREAM)))
                    .filter(dma -> dma.request().direction() == Direction.WRITE
                            || scene.delivery(dma.request()).disposition().arrives())
                    .mapToLong(dma -> dma.request().bytes())
                    .sum();
            assertThat(link.payload()).isEqualTo(payload);
        }
    }
}
