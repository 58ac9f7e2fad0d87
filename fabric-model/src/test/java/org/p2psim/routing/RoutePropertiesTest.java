package org.p2psim.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.routing.Delivery.Disposition;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;

/** What holds for every pair of endpoints of any fabric. */
class RoutePropertiesTest {
    static Stream<Integer> seeds() {
        return Stream.iterate(1, seed -> seed + 1).limit(300);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void directIffTheFirstPortThatCanTurnTheRequestDoesNotRedirect(int seed) {
        Fabric fabric = Tree.random(new SplittableRandom(seed));
        Routing routing = new Routing(fabric);
        forAllPairs(fabric, (initiator, target) -> {
            boolean turns = portsAbove(fabric, initiator)
                    .filter(port -> sees(fabric, port, target))
                    .findFirst()
                    .filter(port -> !redirects(port))
                    .isPresent();
            Delivery delivery = routing.request(initiator, target, AddressKind.BUS_ADDRESS, true);
            assertThat(delivery.disposition() == Disposition.DIRECT)
                    .as("%s to %s", initiator.address(), target.address())
                    .isEqualTo(turns);
        });
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void routesAreConnectedAndGoUpBeforeTheyGoDown(int seed) {
        Fabric fabric = Tree.random(new SplittableRandom(seed));
        Routing routing = new Routing(fabric);
        forAllPairs(fabric, (from, to) -> {
            for (AddressKind kind : AddressKind.values()) {
                Delivery delivery = routing.request(from, to, kind, true);
                if (delivery.disposition().arrives()) {
                    checkRoute(fabric, delivery.route(), from, to);
                }
            }
            checkRoute(fabric, routing.completion(from, to), from, to);
        });
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void onlyATranslatingIommuBlocks(int seed) {
        Fabric fabric = Tree.random(new SplittableRandom(seed));
        Routing routing = new Routing(fabric);
        forAllPairs(fabric, (initiator, target) -> {
            Delivery write = routing.request(initiator, target, AddressKind.BUS_ADDRESS, true);
            Delivery read = routing.request(initiator, target, AddressKind.BUS_ADDRESS, false);
            assertThat(routing.request(initiator, target, AddressKind.IOVA, true)
                            .disposition()
                            .arrives())
                    .isTrue();
            assertThat(read.route()).isEqualTo(write.route());
            if (fabric.hostBridge(initiator).iommu() != IommuMode.TRANSLATING) {
                assertThat(write.disposition().arrives()).isTrue();
            }
            if (!write.disposition().arrives()) {
                assertThat(write.disposition()).isEqualTo(Disposition.DROPPED);
                assertThat(read.disposition()).isEqualTo(Disposition.REFUSED);
                assertThat(write.route().hops()).last().isInstanceOf(IommuHop.class);
            }
        });
    }

    @Test
    void theTreesHaveManyPairsOfWhichSomeAreBlocked() {
        List<Disposition> found = new ArrayList<>();
        seeds().forEach(seed -> {
            Fabric fabric = Tree.random(new SplittableRandom(seed));
            Routing routing = new Routing(fabric);
            forAllPairs(
                    fabric,
                    (from, to) -> found.add(routing.request(from, to, AddressKind.BUS_ADDRESS, true)
                            .disposition()));
        });
        assertThat(found)
                .hasSizeGreaterThan(1000)
                .contains(Disposition.DIRECT, Disposition.VIA_ROOT_COMPLEX, Disposition.DROPPED);
    }

    private static void forAllPairs(Fabric fabric, BiConsumer<PciFunction, PciFunction> check) {
        for (PciFunction from : fabric.endpoints()) {
            for (PciFunction to : fabric.endpoints()) {
                if (!from.equals(to)) {
                    check.accept(from, to);
                }
            }
        }
    }

    private static Stream<PciFunction> portsAbove(Fabric fabric, PciFunction function) {
        return fabric.wayUp(function).stream().filter(above -> above.type().hasLinkBelow());
    }

    /** The target is below the port or below a sibling in the same switch. */
    private static boolean sees(Fabric fabric, PciFunction port, PciFunction target) {
        return isBelow(fabric, target, Optional.of(port.address())) || isBelow(fabric, target, port.upstreamBridge());
    }

    private static boolean redirects(PciFunction port) {
        return port.acs().isPresent()
                && (port.acs().get().isOn(AcsBit.RR) || port.acs().get().isOn(AcsBit.EC));
    }

    private static boolean isBelow(Fabric fabric, PciFunction function, Optional<Bdf> bridge) {
        return fabric.wayUp(function).stream()
                .anyMatch(above -> bridge.isPresent() && above.address().equals(bridge.get()));
    }

    private static void checkRoute(Fabric fabric, Route route, PciFunction from, PciFunction to) {
        List<Boolean> directions = route.links().stream().map(LinkHop::upstream).toList();
        assertThat(directions).as("up before down").isSortedAccordingTo((a, b) -> Boolean.compare(b, a));
        Set<LinkHop> seen = new HashSet<>();
        assertThat(route.links()).as("once per direction").allMatch(seen::add);

        ImmutableList<PciFunction> targetWay = fabric.wayUp(to);
        Optional<PciFunction> at = Optional.of(from);
        for (Hop hop : route.hops()) {
            if (hop instanceof LinkHop link && link.upstream()) {
                assertThat(fabric.upstreamBridge(at.orElseThrow())).contains(link.port());
                at = Optional.of(link.port());
            } else if (hop instanceof SwitchHop passed) {
                PciFunction port = at.orElseThrow();
                assertThat(Optional.of(
                                port.equals(passed.upstreamPort())
                                        ? port
                                        : fabric.upstreamBridge(port).get()))
                        .contains(passed.upstreamPort());
                at = Optional.of(passed.upstreamPort());
            } else if (hop instanceof RootComplexHop passed) {
                assertThat(at).isNotEqualTo(Optional.of(to));
                at = passed.bridge().equals(fabric.hostBridge(to))
                                && to.upstreamBridge().isEmpty()
                        ? Optional.of(to)
                        : Optional.empty();
            } else if (hop instanceof LinkHop link) {
                boolean fromRoot = at.isEmpty() && link.port().upstreamBridge().isEmpty();
                boolean fromSwitch =
                        at.isPresent() && link.port().upstreamBridge().equals(at.map(PciFunction::address));
                boolean turns = at.equals(Optional.of(link.port()))
                        || (at.isPresent() && route.links().contains(new LinkHop(link.port(), true)));
                assertThat(fromRoot || fromSwitch || turns)
                        .as("%s after %s", link, at)
                        .isTrue();
                at = Optional.of(targetWay.get(targetWay.indexOf(link.port()) - 1));
            }
        }
        assertThat(at).contains(to);
    }
}
