package org.p2psim.report.svg;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.report.svg.TopologyLayout.Box;
import org.p2psim.report.svg.TopologyLayout.Kind;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;

/**
 * The way of a DMA over the picture, as points of a line: up from the source of the data, down to its destination.
 * The two directions run side by side, so that a link that is passed both ways shows both.
 */
final class TopologyRoute {
    private static final double LANE = 2.5;

    private final Fabric fabric;
    private final TopologyLayout layout;

    TopologyRoute(Fabric fabric, TopologyLayout layout) {
        this.fabric = fabric;
        this.layout = layout;
    }

    /** A point of the picture, in pixels. */
    record Point(double x, double y) {
        Point moved(double by) {
            return new Point(x + by, y + by);
        }
    }

    /** True if the data passes the root complex. */
    static boolean indirect(TransferOutcome transfer) {
        return transfer.route().stream().anyMatch(hop -> switch (hop.kind()) {
            case ROOT_COMPLEX, IOMMU, SOCKET_LINK -> true;
            case LINK_UP, LINK_DOWN, SWITCH -> false;
        });
    }

    /** The points; empty if the transfer has no route or its ends are not in the picture. */
    List<Point> points(TransferOutcome transfer, double shift) {
        Optional<Box> initiator = named(transfer.initiator());
        Optional<Box> target = named(transfer.target());
        if (transfer.route().isEmpty() || initiator.isEmpty() || target.isEmpty()) {
            return List.of();
        }
        boolean fromTarget = startsAt(target.get(), transfer) && !startsAt(initiator.get(), transfer)
                || startsAt(target.get(), transfer) == startsAt(initiator.get(), transfer)
                        && transfer.operation().endsWith("read");
        List<Box> up = layout.wayUp(fromTarget ? target.get() : initiator.get());
        List<Box> down = layout.wayUp(fromTarget ? initiator.get() : target.get());
        Box apex = apex(up, down, indirect(transfer));

        List<Point> points = new ArrayList<>();
        climb(up, apex).forEach(point -> points.add(point.moved(shift - LANE)));
        List<Point> descent = new ArrayList<>();
        climb(down, apex).forEach(point -> descent.add(0, point.moved(shift + LANE)));
        Point top = points.get(points.size() - 1);
        Point bottom = descent.get(0);
        if (apex.kind() == Kind.HOST_BRIDGE && indirect(transfer)) {
            points.add(new Point(top.x(), apex.entry() + shift));
            points.add(new Point(bottom.x(), apex.entry() + shift));
        } else {
            points.add(new Point(top.x(), bottom.y()));
        }
        points.addAll(descent);
        return points;
    }

    private Optional<Box> named(String name) {
        return fabric.endpoints().stream()
                .filter(function -> function.name().equals(name))
                .findFirst()
                .map(PciFunction::address)
                .flatMap(layout::box);
    }

    /** Whether the first link of the route is above this box. */
    private boolean startsAt(Box box, TransferOutcome transfer) {
        Optional<RouteHop> first = transfer.route().stream()
                .filter(hop -> hop.kind() == RouteHop.Kind.LINK_UP)
                .findFirst();
        Optional<Bdf> port = first.flatMap(RouteHop::port);
        return port.isPresent()
                && fabric.wayUp(box.function().orElseThrow()).stream()
                        .anyMatch(function -> function.address().equals(port.get()));
    }

    private static Box apex(List<Box> up, List<Box> down, boolean throughRootComplex) {
        for (Box box : up) {
            boolean highEnough = !throughRootComplex || box.kind() != Kind.SWITCH;
            if (box.contains() && highEnough && down.contains(box)) {
                return box;
            }
        }
        return up.get(up.size() - 1);
    }

    private static List<Point> climb(List<Box> way, Box apex) {
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < way.size() && way.get(i) != apex; i++) {
            Box box = way.get(i);
            Box above = Objects.requireNonNull(way.get(i + 1));
            points.add(new Point(box.x(), box.entry()));
            double turn = above.contains() ? above.spine() : box.x() - TopologyLayout.LINK / 8;
            points.add(new Point(turn, box.entry()));
            if (above != apex) {
                points.add(new Point(turn, above.entry()));
            }
        }
        return points;
    }
}
