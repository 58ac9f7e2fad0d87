package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.routing.Route;
import org.p2psim.run.flow.Path.Leg;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;

/** Turns routes into paths. */
final class Paths {
    private final Progress progress;
    private final Channels channels;
    private final SocketLink socketLink;

    Paths(Progress progress, Channels channels, SocketLink socketLink) {
        this.progress = progress;
        this.channels = channels;
        this.socketLink = socketLink;
    }

    Path path(PciFunction from, Route route, Path.End end) {
        Draft draft = new Draft(from, route.hops());
        return progress.addPath(number -> draft.path(number, end));
    }

    /** Through the port of a device, and nothing else. */
    Path path(DevicePort port, Path.End end) {
        Leg before = new Leg(0, false, Leg.ANY_PAYLOAD);
        Leg after = new Leg(port.latency(), false, Leg.ANY_PAYLOAD);
        return progress.addPath(
                number -> new Path(number, ImmutableList.of(channels.port(port)), ImmutableList.of(before, after), end));
    }

    /** The channels of a route, and what lies between them. */
    private final class Draft {
        private final ImmutableList.Builder<Channel> passed = ImmutableList.builder();
        private final ImmutableList.Builder<Leg> legs = ImmutableList.builder();
        private Channel last;
        private long latency;
        private int maxPayload = Leg.ANY_PAYLOAD;

        Draft(PciFunction from, List<Hop> hops) {
            boolean hasLink = !hops.isEmpty() && hops.get(0) instanceof LinkHop;
            last = hasLink ? channels.link((LinkHop) hops.get(0)) : channels.inside(from);
            passed.add(last);
            legs.add(new Leg(0, false, Leg.ANY_PAYLOAD));
            long rootComplexes =
                    hops.stream().filter(RootComplexHop.class::isInstance).count();
            for (Hop hop : hops.subList(hasLink ? 1 : 0, hops.size())) {
                pass(hop, rootComplexes);
            }
            legs.add(new Leg(latency, false, maxPayload));
        }

        private void pass(Hop hop, long rootComplexes) {
            if (hop instanceof SwitchHop through) {
                latency += through.upstreamPort().latency();
            } else if (hop instanceof RootComplexHop through) {
                latency += through.bridge().p2pLatency() / rootComplexes;
                maxPayload = Math.min(maxPayload, through.bridge().p2pMaxPayload());
            } else if (hop instanceof SocketHop socket) {
                if (socketLink.hasBandwidth()) {
                    add(channels.socket(socket));
                }
                latency += socketLink.latency();
            } else if (hop instanceof IommuHop iommu) {
                add(channels.iommu(iommu.bridge()));
            } else if (hop instanceof LinkHop link) {
                add(channels.link(link));
            }
        }

        private void add(Channel channel) {
            legs.add(new Leg(latency, false, maxPayload));
            latency = 0;
            maxPayload = Leg.ANY_PAYLOAD;
            channel.addPort(last.receiver());
            passed.add(channel);
            last = channel;
        }

        Path path(int number, Path.End end) {
            return new Path(number, passed.build(), legs.build(), end);
        }
    }
}
