package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.outcome.TransferOutcome.RouteHop.Kind;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Route;

/** A route in the words of an outcome. */
final class RouteHops {
    private RouteHops() {}

    static ImmutableList<RouteHop> of(Route route) {
        return route.hops().stream().map(RouteHops::hop).collect(ImmutableList.toImmutableList());
    }

    private static RouteHop hop(Hop hop) {
        if (hop instanceof Hop.LinkHop link) {
            return new RouteHop(
                    link.upstream() ? Kind.LINK_UP : Kind.LINK_DOWN,
                    Optional.of(link.port().address()),
                    link.port().name());
        } else if (hop instanceof Hop.SwitchHop passed) {
            return new RouteHop(
                    Kind.SWITCH,
                    Optional.of(passed.upstreamPort().address()),
                    passed.upstreamPort().name());
        } else if (hop instanceof Hop.RootComplexHop passed) {
            return new RouteHop(
                    Kind.ROOT_COMPLEX, Optional.empty(), passed.bridge().name());
        } else if (hop instanceof Hop.IommuHop passed) {
            return new RouteHop(Kind.IOMMU, Optional.empty(), passed.bridge().name());
        } else if (hop instanceof Hop.SocketHop passed) {
            return new RouteHop(Kind.SOCKET_LINK, Optional.empty(), passed.from() + " to " + passed.to());
        }
        if (hop instanceof Hop.AcsBlockHop passed) {
            return new RouteHop(
                    Kind.SWITCH,
                    Optional.of(passed.port().address()),
                    passed.port().name());
        } else if (hop instanceof Hop.HostHop passed) {
            return new RouteHop(
                    Kind.ROOT_COMPLEX, Optional.empty(), passed.bridge().name());
        } else if (hop instanceof Hop.MemoryHop passed) {
            return new RouteHop(Kind.ROOT_COMPLEX, Optional.empty(), "memory of " + passed.socket());
        }
        throw new IllegalArgumentException("no such hop: " + hop);
    }
}
