package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.routing.Route;
import org.p2psim.run.engine.Engine;
import org.p2psim.topology.SocketLink;

/**
 * The ways of one DMA: of its requests, and of what answers them.
 *
 * @param completion of the completions
 * @param latencyAtTarget from the arrival of a read to its first completion, ticks; 0 for writes
 * @param stationAt what TLPs queue for at a link or an IOMMU
 */
record Ways(
        Engine engine,
        FabricTiming timing,
        SocketLink socketLink,
        Delivery delivery,
        Route completion,
        long latencyAtTarget,
        Function<Hop, Station> stationAt) {

    /**
     * The way of the requests.
     *
     * @param end at the target
     * @param blocked at an IOMMU that does not translate the address
     */
    Way request(Consumer<Tlp> end, Consumer<Tlp> blocked) {
        return way(delivery.route().hops(), latencyAtTarget, end, blocked);
    }

    Way completion(Consumer<Tlp> end) {
        return way(completion.hops(), 0, end, Ways::neverBlocked);
    }

    /** The way of the error completion for a read that an IOMMU blocks: back from there. */
    Way errorCompletion(Consumer<Tlp> end) {
        List<Hop> hops = delivery.route().hops();
        int iommu = Iterables.indexOf(hops, IommuHop.class::isInstance);
        List<Hop> back =
                new Route(hops.subList(0, Math.max(0, iommu))).reversed().hops();
        return way(back, 0, end, Ways::neverBlocked);
    }

    private static void neverBlocked(Tlp completion) {
        throw new IllegalStateException("no IOMMU looks at completions");
    }

    /** Bytes of posted writes that fit on the way. */
    long postedRoom() {
        return timing.postedBytesPerHop() * Math.max(1, delivery.route().hops().size());
    }

    private Way way(List<Hop> hops, long latencyAtEnd, Consumer<Tlp> end, Consumer<Tlp> blocked) {
        long rootComplexes =
                hops.stream().filter(RootComplexHop.class::isInstance).count();
        ImmutableList.Builder<Station> stations = ImmutableList.builder();
        ImmutableList.Builder<Way.Leg> legs = ImmutableList.builder();
        long latency = 0;
        int maxPayload = Way.Leg.ANY_PAYLOAD;
        for (Hop hop : hops) {
            if (hop instanceof SwitchHop passed) {
                latency += passed.upstreamPort().latency();
            } else if (hop instanceof SocketHop && !socketLink.hasBandwidth()) {
                latency += socketLink.latency();
            } else if (hop instanceof RootComplexHop passed) {
                latency += passed.bridge().p2pLatency() / rootComplexes;
                maxPayload = Math.min(maxPayload, passed.bridge().p2pMaxPayload());
            } else {
                legs.add(new Way.Leg(latency, maxPayload));
                stations.add(stationAt.apply(hop));
                latency = hop instanceof SocketHop ? socketLink.latency() : 0;
                maxPayload = Way.Leg.ANY_PAYLOAD;
            }
        }
        legs.add(new Way.Leg(latency + latencyAtEnd, maxPayload));
        return new Way(engine, stations.build(), legs.build(), end, blocked);
    }
}
