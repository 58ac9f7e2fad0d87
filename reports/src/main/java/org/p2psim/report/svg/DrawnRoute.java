package org.p2psim.report.svg;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ListMultimap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.report.svg.FabricLayout.PlacedBridge;
import org.p2psim.report.svg.FabricLayout.PlacedDevice;
import org.p2psim.report.svg.FabricLayout.PlacedSwitch;
import org.p2psim.report.svg.FabricLayout.Wire;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;

/**
 * One route as a line over the links that it uses: upwards above a link, downwards below it, several routes beside each
 * other.
 *
 * @param index from 0; says colour and letter
 * @param slot from 0; says the distance from the link, where routes run beside each other
 * @param transfers those that take this route
 * @param points corners, from the source to the destination
 * @param arrows tips of arrows in the middle of links
 * @param badge where the letter stands
 */
record DrawnRoute(
        int index, int slot, List<TransferOutcome> transfers, List<Point> points, List<Arrow> arrows, Point badge) {
    /** As many as find room beside a link. */
    static final int MOST = 5;

    private static final double FIRST = 7;
    private static final double STEP = 4;
    private static final double TURN_STEP = 20;
    /** A turn shorter than this would be hidden by its letter, which then stands beside it. */
    private static final double BADGE_ROOM = 36;

    private static final double BESIDE = 11;

    record Point(double x, double y) {}

    record Arrow(Point tip, boolean left) {}

    /** A piece along a link or a root bus, and where its two ends lie. */
    private record Piece(Optional<PciFunction> port, boolean up, double portSide, double deviceSide, double y) {}

    DrawnRoute {
        transfers = ImmutableList.copyOf(transfers);
        points = ImmutableList.copyOf(points);
        arrows = ImmutableList.copyOf(arrows);
    }

    String letter() {
        return String.valueOf((char) ('A' + index));
    }

    boolean viaRootComplex() {
        return passes(RouteHop.Kind.ROOT_COMPLEX) || passes(RouteHop.Kind.SOCKET_LINK);
    }

    boolean passes(RouteHop.Kind kind) {
        return route().stream().anyMatch(hop -> hop.kind() == kind);
    }

    List<RouteHop> route() {
        return transfers.get(0).route();
    }

    /** The distinct routes of some transfers, in their order; those that cannot be drawn are left out. */
    static ImmutableList<DrawnRoute> of(FabricLayout layout, Fabric fabric, List<TransferOutcome> transfers) {
        Map<List<RouteHop>, List<TransferOutcome>> byRoute = new LinkedHashMap<>();
        for (TransferOutcome transfer : transfers) {
            if (!transfer.route().isEmpty()) {
                byRoute.computeIfAbsent(transfer.route(), r -> new ArrayList<>())
                        .add(transfer);
            }
            if (!transfer.requests().isEmpty()) {
                byRoute.computeIfAbsent(transfer.requests(), r -> new ArrayList<>())
                        .add(requestsOf(transfer));
            }
        }
        List<DrawnRoute> routes = new ArrayList<>();
        ListMultimap<Integer, String> taken = ArrayListMultimap.create();
        for (List<TransferOutcome> same : byRoute.values()) {
            Set<String> places = places(same.get(0).route(), fabric);
            int slot = 0;
            while (!Collections.disjoint(taken.get(slot), places)) {
                slot++;
            }
            Optional<DrawnRoute> route = new Drawing(layout, fabric, routes.size(), slot).draw(same);
            if (route.isPresent()) {
                routes.add(route.get());
                taken.putAll(slot, places);
            }
            if (routes.size() == MOST) {
                break;
            }
        }
        return ImmutableList.copyOf(routes);
    }

    /** The requests of a read, as a transfer of their own that carries no data. */
    private static TransferOutcome requestsOf(TransferOutcome read) {
        return new TransferOutcome(
                "requests of " + read.name(),
                "memory read requests",
                read.initiator(),
                read.target(),
                read.requested(),
                0,
                read.start(),
                read.end(),
                read.errno(),
                read.requests(),
                List.of(),
                read.slowest(),
                read.latency());
    }

    /** Where a route must not lie on another one: its links, the channels that it turns in, the way between sockets. */
    private static Set<String> places(List<RouteHop> route, Fabric fabric) {
        Set<String> places = new LinkedHashSet<>();
        Set<String> rootBuses = new LinkedHashSet<>();
        for (RouteHop hop : route) {
            hop.port().flatMap(fabric::find).ifPresent(port -> {
                String rootBus = fabric.hostBridge(port).rootBus();
                rootBuses.add(rootBus);
                places.add(port.address().toString());
                places.add(port.upstreamBridge().map(Bdf::toString).orElse(rootBus));
            });
        }
        if (rootBuses.size() > 1) {
            places.add("between host bridges");
        }
        return places;
    }

    /** The distance of a route from the line of a link. */
    static double offset(int slot) {
        return FIRST + STEP * slot;
    }

    /** The function that the data comes from. */
    static String source(TransferOutcome transfer) {
        return transfer.reads() ? transfer.target() : transfer.initiator();
    }

    /** The function that the data goes to. */
    static String destination(TransferOutcome transfer) {
        return transfer.reads() ? transfer.initiator() : transfer.target();
    }

    /** Finds the corners of one route. */
    private static final class Drawing {
        private final FabricLayout layout;
        private final Fabric fabric;
        private final int index;
        private final int slot;
        private final double offset;
        private final List<Point> points = new ArrayList<>();
        private final List<Arrow> arrows = new ArrayList<>();
        private Optional<Point> turn = Optional.empty();

        Drawing(FabricLayout layout, Fabric fabric, int index, int slot) {
            this.layout = layout;
            this.fabric = fabric;
            this.index = index;
            this.slot = slot;
            this.offset = DrawnRoute.offset(slot);
        }

        Optional<DrawnRoute> draw(List<TransferOutcome> same) {
            TransferOutcome transfer = same.get(0);
            List<Piece> pieces = new ArrayList<>();
            List<Boolean> viaRootComplex = new ArrayList<>();
            boolean root = false;
            onRootBus(source(transfer), true).ifPresent(pieces::add);
            for (RouteHop hop : transfer.route()) {
                switch (hop.kind()) {
                    case LINK_UP, LINK_DOWN -> {
                        Optional<Piece> piece = along(hop);
                        if (piece.isPresent()) {
                            viaRootComplex.add(root);
                            pieces.add(piece.get());
                            root = false;
                        }
                    }
                    case ROOT_COMPLEX, IOMMU, SOCKET_LINK -> root = true;
                    case SWITCH -> {}
                }
            }
            Optional<Piece> last = onRootBus(destination(transfer), false);
            if (last.isPresent()) {
                viaRootComplex.add(root);
                pieces.add(last.get());
            }
            if (pieces.isEmpty()) {
                return Optional.empty();
            }
            int gaps = pieces.size() - 1;
            List<Boolean> between = viaRootComplex.subList(viaRootComplex.size() - gaps, viaRootComplex.size());
            add(pieces.get(0));
            for (int i = 0; i < gaps; i++) {
                join(pieces.get(i), pieces.get(i + 1), between.get(i));
                add(pieces.get(i + 1));
            }
            Point badge = turn.orElse(points.get(0));
            return Optional.of(new DrawnRoute(index, slot, same, points, arrows, badge));
        }

        private Optional<Piece> along(RouteHop hop) {
            boolean up = hop.kind() == RouteHop.Kind.LINK_UP;
            return hop.port()
                    .flatMap(this::wire)
                    .map(wire ->
                            new Piece(wire.port(), up, wire.from() - FabricLayout.PORT_WIDTH, wire.to(), y(wire, up)));
        }

        private Optional<Wire> wire(Bdf port) {
            return layout.wires.stream()
                    .filter(w ->
                            w.port().isPresent() && w.port().get().address().equals(port))
                    .findFirst();
        }

        private double y(Wire wire, boolean up) {
            return wire.y() + (up ? -offset : offset);
        }

        /** A function on a root bus has no link; its piece is the line to the host bridge. */
        private Optional<Piece> onRootBus(String name, boolean up) {
            for (PlacedDevice device : layout.devices) {
                for (PciFunction function : device.functions()) {
                    if (function.name().equals(name)
                            && function.upstreamBridge().isEmpty()) {
                        double y = device.box().middle() + (up ? -offset : offset);
                        double side = bridge(function).box().right();
                        return Optional.of(new Piece(
                                Optional.of(function), up, side, device.box().x(), y));
                    }
                }
            }
            return Optional.empty();
        }

        private void add(Piece piece) {
            Point far = new Point(piece.deviceSide(), piece.y());
            Point near = new Point(piece.portSide(), piece.y());
            points.add(piece.up() ? far : near);
            points.add(piece.up() ? near : far);
            double middle =
                    (piece.deviceSide() + Math.min(piece.deviceSide(), piece.portSide() + linkStart(piece))) / 2;
            arrows.add(new Arrow(new Point(middle + (piece.up() ? -4 : 4), piece.y()), piece.up()));
        }

        private static double linkStart(Piece piece) {
            boolean link = piece.port().isPresent() && piece.port().get().type().isBridge();
            return link ? FabricLayout.PORT_WIDTH : 0;
        }

        private void join(Piece from, Piece to, boolean viaRootComplex) {
            if (viaRootComplex && from.port().isPresent() && to.port().isPresent()) {
                joinInRootComplex(bridge(from.port().get()), bridge(to.port().get()), from, to);
                return;
            }
            Piece below = from.up() ? from : to;
            Optional<PlacedSwitch> inside = below.port().flatMap(this::switchAbove);
            if (inside.isEmpty()) {
                return;
            }
            boolean upwards = from.up();
            double x = upwards
                    ? inside.get().channelRight() - 10 - STEP * slot
                    : inside.get().channelLeft() + 8 + STEP * slot;
            turn(x, from.y(), to.y(), from.up() && !to.up());
        }

        private void joinInRootComplex(PlacedBridge first, PlacedBridge second, Piece from, Piece to) {
            double x = first.equals(second)
                    ? first.channel() - 16 - TURN_STEP * slot
                    : first.box().x() - 9 - STEP * slot;
            turn(x, from.y(), to.y(), true);
        }

        private void turn(double x, double fromY, double toY, boolean isTop) {
            points.add(new Point(x, fromY));
            points.add(new Point(x, toY));
            if (isTop) {
                double length = Math.abs(toY - fromY);
                double share = length < 60 ? 0.5 : (index + 1.0) / (MOST + 1);
                double aside = length < BADGE_ROOM ? BESIDE : 0;
                turn = Optional.of(new Point(x - aside, fromY + (toY - fromY) * share));
            }
        }

        private Optional<PlacedSwitch> switchAbove(PciFunction port) {
            return layout.switches.stream()
                    .filter(s -> port.upstreamBridge()
                            .equals(Optional.of(s.upstream().address())))
                    .findFirst();
        }

        private PlacedBridge bridge(PciFunction function) {
            return layout.bridges.stream()
                    .filter(b -> b.bridge().equals(fabric.hostBridge(function)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The line with its corners rounded, as the data of an SVG path. */
    String pathData() {
        StringBuilder d = new StringBuilder();
        List<Point> corners = withoutRepeats();
        for (int i = 0; i < corners.size(); i++) {
            Point p = corners.get(i);
            if (i == 0) {
                d.append('M').append(at(p));
            } else if (i == corners.size() - 1) {
                d.append('L').append(at(p));
            } else {
                d.append('L').append(at(towards(p, corners.get(i - 1))));
                d.append('Q').append(at(p)).append(' ').append(at(towards(p, corners.get(i + 1))));
            }
        }
        return d.toString();
    }

    private List<Point> withoutRepeats() {
        List<Point> kept = new ArrayList<>();
        for (Point point : points) {
            if (kept.isEmpty() || !kept.get(kept.size() - 1).equals(point)) {
                kept.add(point);
            }
        }
        return kept;
    }

    private static Point towards(Point from, Point to) {
        double distance = Math.hypot(to.x() - from.x(), to.y() - from.y());
        double share = Math.min(5, distance / 2) / distance;
        return new Point(from.x() + (to.x() - from.x()) * share, from.y() + (to.y() - from.y()) * share);
    }

    private static String at(Point point) {
        return SvgWriter.number(point.x()) + " " + SvgWriter.number(point.y());
    }
}
