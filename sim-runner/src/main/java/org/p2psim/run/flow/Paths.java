package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Hop.AcsBlockHop;
import org.p2psim.routing.Hop.HostHop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.MemoryHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.routing.Route;
import org.p2psim.run.flow.Path.Leg;
import org.p2psim.timing.Timings;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.SocketLink;

/** Turns routes into paths. */
final class Paths {
    private final Progress progress;
    private final Channels channels;
    private final Timings timings;
    private final SocketLink socketLink;
    private final Latencies latencies;

    /** What goes along a path. */
    enum Traffic {
        WRITES,
        /** The requests: they carry no data. */
        READS,
        COMPLETIONS
    }

    Paths(Progress progress, Channels channels, Timings timings, SocketLink socketLink, Latencies latencies) {
        this.progress = progress;
        this.channels = channels;
        this.timings = timings;
        this.socketLink = socketLink;
        this.latencies = latencies;
    }

    /**
     * The path of what a function issues.
     *
     * @param atEnd from the arrival of the last byte until it counts, ticks
     */
    Path requests(DmaRequest request, Route route, Traffic traffic, long atEnd, Path.End end) {
        PciFunction initiator = request.initiator();
        Draft draft = new Draft(route, traffic);
        channels.queue(initiator).ifPresent(draft::add);
        channels.engineStage(initiator, traffic).ifPresent(draft::add);
        if (request.kind() == AddressKind.TRANSLATED) {
            draft.add(channels.atc(initiator, request.tags(), route));
        }
        channels.engine(initiator).ifPresent(draft::add);
        draft.from(initiator);
        return draft.path(atEnd, end);
    }

    /** The path of completions that a function or an IOMMU sends. */
    Path completions(PciFunction completer, Route route, Path.End end) {
        Draft draft = new Draft(route, Traffic.COMPLETIONS);
        draft.from(completer);
        return draft.path(0, end);
    }

    /** The path of completions from host memory. */
    Path completionsFromMemory(String socket, Route route, Path.End end) {
        Draft draft = new Draft(route, Traffic.COMPLETIONS);
        draft.add(channels.memoryTowards(
                socket, route.links().stream().findFirst().map(LinkHop::port)));
        draft.passAll(route.hops().subList(1, route.hops().size()));
        return draft.path(0, end);
    }

    /** Through the port of a device, and nothing else. */
    Path path(DevicePort port, Path.End end) {
        Leg before = new Leg(0, false, Leg.ANY_PAYLOAD);
        Leg after = new Leg(latencies.of(port.name(), port.latency()), false, Leg.ANY_PAYLOAD);
        return progress.addPath(number ->
                new Path(number, ImmutableList.of(channels.port(port)), ImmutableList.of(before, after), end));
    }

    /** The channels of a route, and what lies between them. */
    private final class Draft {
        private final Route route;
        private final Traffic traffic;
        private final List<Channel> passed = new ArrayList<>();
        private final ImmutableList.Builder<Leg> legs = ImmutableList.builder();
        private long latency;
        private boolean forwarded;
        private boolean storeAndForward;
        private int maxPayload = Leg.ANY_PAYLOAD;
        /** The last link so far. */
        private @Nullable LinkHop link;
        /** Whether an IOMMU is the last channel so far. */
        private boolean translated;

        Draft(Route route, Traffic traffic) {
            this.route = route;
            this.traffic = traffic;
        }

        /** Every path begins with a channel, so a function without a link has one of its own. */
        void from(PciFunction sender) {
            boolean hasLink = !route.hops().isEmpty() && route.hops().get(0) instanceof LinkHop;
            if (passed.isEmpty() && !hasLink) {
                add(channels.inside(sender));
            }
            passAll(route.hops());
        }

        void passAll(List<Hop> hops) {
            hops.forEach(this::pass);
        }

        private void pass(Hop hop) {
            if (hop instanceof SwitchHop through) {
                latency += latencies.of(through.upstreamPort());
                storeAndForward |=
                        timings.port(through.upstreamPort().address()).storeAndForward();
            } else if (hop instanceof RootComplexHop through) {
                channels.forwarding(through.bridge(), traffic, forwarded).ifPresent(this::add);
                forwarded = true;
                passTime(latencies.of(through.bridge()) / route.rootComplexes().size());
                maxPayload = Math.min(maxPayload, through.bridge().p2pMaxPayload());
            } else if (hop instanceof SocketHop socket) {
                if (socketLink.hasBandwidth()) {
                    add(channels.socket(socket));
                }
                passTime(latencies.of("socket link", socketLink.latency()));
            } else if (hop instanceof IommuHop through) {
                add(channels.iommu(through.bridge()));
                translated = true;
            } else if (hop instanceof AcsBlockHop) {
                add(channels.blocking());
            } else if (hop instanceof HostHop host) {
                channels.host(host.bridge(), traffic).ifPresent(this::add);
            } else if (hop instanceof MemoryHop memory) {
                add(channels.memory(memory.socket()));
            } else if (hop instanceof LinkHop through) {
                add(channels.link(through));
                link = through;
                latency += through.port().linkBelow().orElseThrow().receptionTicks();
            }
        }

        /** Inside root complexes and between them. */
        private void passTime(long ticks) {
            if (translated && link != null && ticks > 0) {
                add(channels.translated(link.port()));
            }
            latency += ticks;
        }

        void add(Channel channel) {
            translated = false;
            legs.add(new Leg(latency, storeAndForward, maxPayload));
            latency = 0;
            storeAndForward = false;
            maxPayload = Leg.ANY_PAYLOAD;
            if (!passed.isEmpty()) {
                channel.ports().addPort(passed.get(passed.size() - 1).receiver());
            }
            passed.add(channel);
        }

        Path path(long atEnd, Path.End end) {
            legs.add(new Leg(latency + atEnd, false, maxPayload));
            return progress.addPath(number -> new Path(number, ImmutableList.copyOf(passed), legs.build(), end));
        }
    }
}
