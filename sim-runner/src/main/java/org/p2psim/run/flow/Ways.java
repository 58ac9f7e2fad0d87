package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.routing.Route;
import org.p2psim.run.engine.Engine;
import org.p2psim.topology.SocketLink;

/**
 * The ways of one DMA: of its requests, and of what answers them.
 *
 * @param completion of the completions; of the error completions if the request is blocked
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

    boolean requestArrives() {
        return delivery.disposition().arrives();
    }

    /** To the target, or to the IOMMU that blocks the request. */
    Way request(Consumer<Tlp> end) {
        List<Hop> hops = delivery.route().hops();
        if (requestArrives()) {
            return way(hops, latencyAtTarget, end);
        }
        return way(hops.subList(0, hops.size() - 1), 0, end);
    }

    Way completion(Consumer<Tlp> end) {
        return way(completion.hops(), 0, end);
    }

    /** Bytes of posted writes that fit on the way. */
    long postedRoom() {
        return timing.postedBytesPerHop() * Math.max(1, delivery.route().hops().size());
    }

    private Way way(List<Hop> hops, long latencyAtEnd, Consumer<Tlp> end) {
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
        return new Way(engine, stations.build(), legs.build(), end);
    }
}
