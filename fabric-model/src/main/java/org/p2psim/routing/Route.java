package org.p2psim.routing;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2psim.routing.Hop.LinkHop;
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
