package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.platform.Cpu;
import org.p2psim.report.svg.FabricLayout.Fold;
import org.p2psim.report.svg.FabricLayout.PlacedBridge;
import org.p2psim.report.svg.FabricLayout.PlacedDevice;
import org.p2psim.report.svg.FabricLayout.PlacedPort;
import org.p2psim.report.svg.FabricLayout.PlacedSocket;
import org.p2psim.report.svg.FabricLayout.PlacedSwitch;
import org.p2psim.report.svg.FabricLayout.Wire;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.unit.Ticks;

/** The fabric of a machine as a tree, with the ways of the transfers drawn over its links. */
public final class TopologyPicture {
    private static final double TOP = 30;
    private static final double LEGEND_LINE = 19;

    private final Machine machine;
    private final Fabric fabric;
    private final FabricLayout layout;
    private final ImmutableList<DrawnRoute> routes;
    private final SvgWriter svg;
    private final long routesLeftOut;

    private TopologyPicture(String idPrefix, Machine machine, List<TransferOutcome> transfers) {
        this.machine = machine;
        this.fabric = machine.fabric();
        this.layout = new FabricLayout(fabric, TOP);
        this.routes = DrawnRoute.of(layout, fabric, transfers);
        this.svg = new SvgWriter(idPrefix);
        long distinct = transfers.stream()
                .map(TransferOutcome::route)
                .filter(route -> !route.isEmpty())
                .distinct()
                .count();
        this.routesLeftOut = distinct - routes.size();
    }

    /**
     * Draws a machine.
     *
     * @param idPrefix unique on the page; a function at 0000:3b:00.0 gets the id {@code prefix-0000-3b-00.0}
     * @param transfers whose routes are drawn; none for a guest, where no route is known
     */
    public static String render(String idPrefix, Machine machine, List<TransferOutcome> transfers) {
        return new TopologyPicture(idPrefix, machine, transfers).draw();
    }

    private String draw() {
        double width = layout.width();
        String caption = "Linux " + machine.kernel()
                + (machine.cmdline().isEmpty() ? "" : ", command line: " + Label.name(machine.cmdline()));
        svg.fitted("strong", 12, 19, caption, width - 24, 12.5);
        layout.sockets.forEach(this::drawSocket);
        layout.bridges.forEach(this::drawBridge);
        layout.switches.forEach(this::drawSwitch);
        layout.trunks.forEach(t -> svg.line("bus", t.x(), t.y(), t.x(), t.bottom()));
        layout.wires.forEach(this::drawWire);
        routes.forEach(this::drawRoute);
        layout.ports.forEach(this::drawPort);
        layout.folds.forEach(this::drawFold);
        layout.devices.forEach(this::drawDevice);
        routes.forEach(this::drawBadge);
        layout.wires.forEach(this::labelWire);
        double height = drawLegend(width);
        return svg.finish("PCIe topology", description(), width, height);
    }

    private void drawSocket(PlacedSocket socket) {
        svg.rect("socket", socket.box(), 6);
        String cpu = socket.socket()
                .map(s -> ", " + (s.cpu().isKnown() ? cpu(s.cpu()) : "CPU not known"))
                .orElse("");
        svg.fitted(
                "quiet",
                FabricLayout.LEFT,
                socket.box().y() + 16,
                "socket " + Label.name(socket.id()) + cpu,
                socket.box().right() - FabricLayout.LEFT - 8,
                12);
    }

    private static String cpu(Cpu cpu) {
        return "%s family %xh model %xh".formatted(Label.name(cpu.vendor()), cpu.family(), cpu.model());
    }

    private void drawBridge(PlacedBridge placed) {
        HostBridge bridge = placed.bridge();
        double x = placed.box().x() + 9;
        double y = placed.box().y();
        double width = placed.box().width() - 18;
        svg.begin("g", "id", svg.id("root-bus-" + bridge.rootBus()), "class", "host-bridge-group");
        svg.title("host bridge " + Label.name(bridge.name()) + ": root bus " + bridge.rootBus() + "; IOMMU "
                + FunctionText.word(bridge.iommu()) + "; peer to peer " + Ticks.format(bridge.p2pLatency())
                + ", payload at most " + bridge.p2pMaxPayload() + " B");
        svg.rect("host-bridge", placed.box(), 4);
        svg.fitted("strong", x, y + 17, Label.name(bridge.name()), width, 12);
        svg.text("small", x, y + 32, "host bridge, root bus " + bridge.rootBus());
        svg.text("small", x, y + 46, "IOMMU " + FunctionText.word(bridge.iommu()));
        List<PciFunction> standIns = fabric.rootBus(bridge).stream()
                .filter(f -> f.type() == PortType.HOST_BRIDGE)
                .toList();
        if (!standIns.isEmpty()) {
            PciFunction first = standIns.get(0);
            String more = standIns.size() > 1 ? " and " + (standIns.size() - 1) + " more" : "";
            beginFunction(first);
            svg.title(standIns.stream().map(FunctionText::facts).collect(Collectors.joining("\n")));
            svg.text("small quiet", x, y + 60, first.id() + " at " + slot(first) + more);
            svg.end();
        }
        svg.end();
    }

    private void drawSwitch(PlacedSwitch placed) {
        PciFunction upstream = placed.upstream();
        svg.begin("g", "class", "switch-group").title("switch of " + FunctionText.facts(upstream));
        svg.rect("switch", placed.box(), 4);
        String latency = upstream.latency() > 0 ? ", " + Ticks.format(upstream.latency()) : "";
        svg.fitted(
                "small",
                placed.box().x() + 8,
                placed.box().y() + 16,
                "switch " + upstream.id() + latency,
                placed.box().width() - 16,
                10.5);
        svg.end();
    }

    private void drawWire(Wire wire) {
        Optional<Integer> lanes = wire.port().flatMap(PciFunction::linkBelow).map(link -> link.width());
        if (lanes.isEmpty()) {
            svg.line("bus", wire.from(), wire.y(), wire.to(), wire.y());
        } else {
            double thickness = 1.2 + 0.8 * Math.log(lanes.get()) / Math.log(2);
            svg.wire("link", wire.from(), wire.y(), wire.to(), wire.y(), thickness);
        }
    }

    /** Above the highest route on this link. */
    private void labelWire(Wire wire) {
        if (wire.port().isEmpty() || wire.to() - wire.from() < 60) {
            return;
        }
        PciFunction port = wire.port().get();
        double above = routes.stream()
                .filter(r -> r.route().stream()
                        .anyMatch(h ->
                                h.kind() == RouteHop.Kind.LINK_UP && h.port().equals(Optional.of(port.address()))))
                .mapToDouble(r -> DrawnRoute.offset(r.slot()))
                .max()
                .orElse(1);
        double y = wire.y() - above - 5;
        port.linkBelow()
                .ifPresent(link -> svg.text("small middle halo", (wire.from() + wire.to()) / 2, y, link.toString()));
    }

    private void drawRoute(DrawnRoute route) {
        String series = String.valueOf(route.index() + 1);
        String data = route.pathData();
        svg.begin("g", "id", svg.id("route-" + route.letter()), "class", "route-group")
                .title(sentence(route));
        svg.path("casing", data);
        svg.path("route s" + series + (route.viaRootComplex() ? " via" : " direct"), data);
        for (DrawnRoute.Arrow arrow : route.arrows()) {
            svg.arrow("f" + series, arrow.tip().x(), arrow.tip().y(), arrow.left());
        }
        DrawnRoute.Point end = route.points().get(route.points().size() - 1);
        svg.arrow("f" + series, end.x() - 1, end.y(), false);
        svg.end();
    }

    private void drawBadge(DrawnRoute route) {
        double x = route.badge().x();
        double y = route.badge().y();
        badge(route, x, y);
        if (route.passes(RouteHop.Kind.IOMMU)) {
            svg.rect("iommu", new Box(x - 7, y + 9, 14, 14), 1);
            svg.text("small strong middle", x, y + 19.6, "I");
        }
    }

    private void badge(DrawnRoute route, double x, double y) {
        svg.circle("badge f" + (route.index() + 1), x, y, 7.5);
        svg.text("on-badge middle", x, y + 3.4, route.letter());
    }

    private void ring(DrawnRoute route, double x, double y) {
        svg.circle("ring s" + (route.index() + 1), x, y, 7);
        svg.text("in-ring middle", x, y + 3.4, route.letter());
    }

    private void drawPort(PlacedPort placed) {
        PciFunction port = placed.port();
        Box box = placed.box();
        beginFunction(port).title(FunctionText.facts(port));
        svg.rect("port " + FunctionText.acsClass(port), box, port.type() == PortType.PCIE_TO_PCI_BRIDGE ? 8 : 2);
        double width = box.width() - 14;
        svg.fitted("small strong", box.x() + 7, box.y() + 14, Label.name(port.name()), width, 10.5);
        String second = isNamed(port) ? slot(port) : shortWord(port.type());
        svg.fitted("small", box.x() + 7, box.y() + 27, second, width, 10.5);
        String last = port.type() == PortType.UPSTREAM_PORT && port.acs().isEmpty() && isNamed(port)
                ? "upstream"
                : FunctionText.acs(port);
        svg.fitted(
                "small" + (port.redirects() ? " alarm strong" : " quiet"),
                box.x() + 7,
                box.y() + 40,
                last,
                width,
                10.5);
        svg.end();
    }

    private void drawFold(Fold fold) {
        svg.begin("g", "class", "folded-ports")
                .title(fold.ports().stream().map(FunctionText::facts).collect(Collectors.joining("\n")));
        svg.rect("fold", fold.box(), 2);
        svg.text("small", fold.box().x() + 7, fold.box().y() + 20, fold.ports().size() + " empty ports");
        svg.text("small quiet", fold.box().x() + 7, fold.box().y() + 34, "not drawn");
        svg.end();
    }

    private void drawDevice(PlacedDevice device) {
        Box box = device.box();
        svg.rect("device", box, 3);
        double y = box.y();
        for (PciFunction function : device.functions()) {
            if (y > box.y()) {
                svg.line("split", box.x(), y, box.right(), y);
            }
            drawFunction(function, box, y);
            y += FabricLayout.height(function);
        }
    }

    private void drawFunction(PciFunction function, Box box, double y) {
        double x = box.x() + 9;
        double width = box.width() - 18;
        double free = width;
        beginFunction(function).title(FunctionText.facts(function));
        for (DrawnRoute route : routes.reverse()) {
            boolean from = route.transfers().stream()
                    .anyMatch(t -> DrawnRoute.source(t).equals(function.name()));
            boolean to = route.transfers().stream()
                    .anyMatch(t -> DrawnRoute.destination(t).equals(function.name()));
            if (from) {
                badge(route, x + free - 7, y + 14);
            } else if (to) {
                ring(route, x + free - 7, y + 14);
            }
            free -= from || to ? 18 : 0;
        }
        svg.fitted("strong", x, y + 18, Label.name(function.name()), free, 12.5);
        svg.fitted(
                "small",
                x,
                y + 33,
                (isNamed(function) ? slot(function) + "  " : "") + function.id() + kind(function),
                width,
                10.5);
        String details = FunctionText.details(function);
        if (!details.isEmpty()) {
            svg.fitted("small", x, y + 47, details, width, 10.5);
        }
        svg.end();
    }

    private static String kind(PciFunction function) {
        return switch (function.type()) {
            case LEGACY_ENDPOINT -> "  legacy";
            case RC_INTEGRATED_ENDPOINT -> "  integrated";
            case HOST_BRIDGE, ROOT_PORT, UPSTREAM_PORT, DOWNSTREAM_PORT, PCIE_TO_PCI_BRIDGE, ENDPOINT -> "";
        };
    }

    /** What a dump shows has no name but its address. */
    private static boolean isNamed(PciFunction function) {
        return !function.name().equals(function.address().toString());
    }

    private static String shortWord(PortType type) {
        return switch (type) {
            case UPSTREAM_PORT -> "upstream";
            case DOWNSTREAM_PORT -> "downstream";
            case PCIE_TO_PCI_BRIDGE -> "to PCI";
            case HOST_BRIDGE, ROOT_PORT, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> FunctionText.word(type);
        };
    }

    private SvgWriter beginFunction(PciFunction function) {
        String address = function.address().toString();
        return svg.begin(
                "g", "id", svg.id(address), "class", FunctionText.styleClass(function.type()), "data-address", address);
    }

    /** The address, without the domain if the machine has only domain 0. */
    private String slot(PciFunction function) {
        boolean oneDomain =
                fabric.functions().stream().allMatch(f -> f.address().domain() == 0);
        String address = function.address().toString();
        return oneDomain ? address.substring(5) : address;
    }

    private double drawLegend(double width) {
        double y = layout.height() + 8;
        for (DrawnRoute route : routes) {
            badge(route, 22, y);
            svg.line("route s" + (route.index() + 1) + (route.viaRootComplex() ? " via" : " direct"), 34, y, 66, y);
            svg.fitted("", 74, y + 4, sentence(route), width - 86, 12);
            y += LEGEND_LINE;
        }
        if (routesLeftOut > 0) {
            svg.text("quiet", 74, y + 4, routesLeftOut + " more routes are not drawn");
            y += LEGEND_LINE;
        }
        y = drawPortKey(y, width);
        return routes.isEmpty() ? y : drawRouteKey(y, width);
    }

    private double drawPortKey(double top, double width) {
        record Key(String styleClass, String text) {}
        List<Key> keys = List.of(
                new Key("acs-none", "no ACS capability seen"),
                new Key("acs-off", "ACS does not redirect"),
                new Key("acs-redirect", "ACS redirects: RR requests, CR completions, EC egress control"));
        double x = 14;
        double y = top;
        for (Key key : keys) {
            double needed = 34 + Label.width(key.text(), 10.5) + 16;
            if (x > 14 && x + needed > width) {
                x = 14;
                y += LEGEND_LINE;
            }
            svg.rect("port " + key.styleClass(), new Box(x, y - 6, 26, 12), 2);
            svg.text("small quiet", x + 34, y + 4, key.text());
            x += needed;
        }
        return y + LEGEND_LINE;
    }

    private double drawRouteKey(double top, double width) {
        List<String> keys = List.of(
                "solid: turns below the root complex; dashed: through the root complex",
                "filled letter: data comes from here; ring: goes to here; I: through the IOMMU");
        double y = top;
        for (String key : keys) {
            svg.fitted("small quiet", 14, y + 4, key, width - 28, 10.5);
            y += 15;
        }
        return y + 4;
    }

    private static String sentence(DrawnRoute route) {
        TransferOutcome first = route.transfers().get(0);
        String names = route.transfers().stream()
                .limit(3)
                .map(t -> Label.brief(t.name()))
                .collect(Collectors.joining(", "));
        int more = route.transfers().size() - 3;
        return names + (more > 0 ? " and " + more + " more" : "") + " (" + first.operation() + "): "
                + Label.brief(DrawnRoute.source(first)) + " → " + Label.brief(DrawnRoute.destination(first))
                + (route.viaRootComplex() ? ", through the root complex" : ", turns below the root complex")
                + (route.passes(RouteHop.Kind.IOMMU) ? " and the IOMMU" : "")
                + (route.passes(RouteHop.Kind.SOCKET_LINK) ? ", across sockets" : "")
                + (route.transfers().size() == 1 && first.bytes() > 0 ? ", " + first.bandwidth() : "");
    }

    private String description() {
        StringBuilder told = new StringBuilder();
        told.append(fabric.hostBridges().size()).append(" host bridges, ");
        told.append(layout.switches.size()).append(" switches, ");
        told.append(fabric.endpoints().size()).append(" endpoint functions: ");
        told.append(fabric.endpoints().stream()
                .map(f -> Label.brief(f.name()) + " at " + f.address())
                .collect(Collectors.joining(", ")));
        told.append('.');
        routes.forEach(route -> told.append(" Route ")
                .append(route.letter())
                .append(": ")
                .append(sentence(route))
                .append('.'));
        return told.toString();
    }
}
