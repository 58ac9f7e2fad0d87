package org.p2psim.routing;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2psim.routing.Hop.AcsBlockHop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.Link;

/** What a TLP passes, in order, from the function that sends it to the one that it reaches. */
public record Route(List<Hop> hops) {
    public Route {
        hops = ImmutableList.copyOf(hops);
    }

    public ImmutableList<LinkHop> links() {
        return hops.stream()
                .filter(LinkHop.class::isInstance)
                .map(LinkHop.class::cast)
                .collect(ImmutableList.toImmutableList());
    }

    /** The root complexes that forward it from peer to peer. */
    public ImmutableList<HostBridge> rootComplexes() {
        return hops.stream()
                .filter(RootComplexHop.class::isInstance)
                .map(hop -> ((RootComplexHop) hop).bridge())
                .collect(ImmutableList.toImmutableList());
    }

    /** The way up to the port or the root bus where a request is refused. */
    public Route toRoot() {
        int end = Iterables.indexOf(
                hops, hop -> hop instanceof AcsBlockHop || hop instanceof IommuHop || hop instanceof RootComplexHop);
        return new Route(hops.subList(0, Math.max(0, end)));
    }

    /** The link that bounds the rate; empty if the route has no link or none is known. */
    public Optional<Link> slowestLink() {
        return links().stream()
                .flatMap(hop -> hop.port().linkBelow().stream())
                .min(Comparator.comparingLong(Link::bytesPerSecond));
    }

    /** The way back over the same links: that of the error completion for a request that went no further. */
    public Route reversed() {
        return new Route(ImmutableList.copyOf(hops).reverse().stream()
                .map(hop -> hop instanceof LinkHop link ? new LinkHop(link.port(), !link.upstream()) : hop)
                .toList());
    }
}
