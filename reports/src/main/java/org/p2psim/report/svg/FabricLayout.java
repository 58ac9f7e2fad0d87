package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/**
 * Where everything of a fabric stands: a tree from left to right. A host bridge and a switch are boxes with their ports
 * at the edges and a channel between them; a link is one horizontal line, since it has one port above and one device
 * below.
 */
final class FabricLayout {
    static final double PORT_WIDTH = 98;
    static final double PORT_HEIGHT = 48;
    static final double DEVICE_WIDTH = 190;
    static final double LINE = 14;
    private static final double MARGIN = 12;
    private static final double SPINE = 34;
    /** Left edge of the host bridges; routes between them run left of it. */
    static final double LEFT = MARGIN + SPINE;

    private static final double SOCKET_HEADER = 24;
    private static final double BRIDGE_WIDTH = 212;
    private static final double BRIDGE_HEADER = 68;
    private static final double SWITCH_HEADER = 24;
    private static final double CHANNEL = 44;
    private static final double LINK_LENGTH = 84;
    private static final double PAD = 7;
    private static final double GAP = 10;
    private static final int EMPTY_PORTS_SHOWN = 4;

    /** A host bridge; routes turn left of {@code channel} inside it, or leave it to the left for another one. */
    record PlacedBridge(HostBridge bridge, Box box, double channel) {}

    /** A switch around its upstream port; routes turn between {@code channelLeft} and {@code channelRight}. */
    record PlacedSwitch(PciFunction upstream, Box box, double channelLeft, double channelRight) {}

    record PlacedPort(PciFunction port, Box box) {}

    /** The functions of one device that are not bridges. */
    record PlacedDevice(List<PciFunction> functions, Box box) {}

    record Fold(List<PciFunction> ports, Box box) {}

    record PlacedSocket(String id, Optional<Socket> socket, Box box) {}

    /**
     * What joins a port, or a root bus, to one thing below it.
     *
     * @param port the port above; empty for a root bus
     */
    record Wire(Optional<PciFunction> port, double from, double to, double y) {}

    /** Where a subtree ended up: the height at which it is joined to what is above, and its lower edge. */
    private record Spot(double anchor, double bottom) {}

    final List<PlacedSocket> sockets = new ArrayList<>();
    final List<PlacedBridge> bridges = new ArrayList<>();
    final List<PlacedSwitch> switches = new ArrayList<>();
    final List<PlacedPort> ports = new ArrayList<>();
    final List<PlacedDevice> devices = new ArrayList<>();
    final List<Fold> folds = new ArrayList<>();
    final List<Wire> wires = new ArrayList<>();
    /** From a port with several devices below it: x, upper and lower end. */
    final List<Box> trunks = new ArrayList<>();

    private final Fabric fabric;
    private double right;
    private double bottom;

    FabricLayout(Fabric fabric, double top) {
        this.fabric = fabric;
        this.bottom = top;
        Map<String, List<HostBridge>> bySocket = new LinkedHashMap<>();
        fabric.sockets().forEach(socket -> bySocket.put(socket.id(), new ArrayList<>()));
        fabric.hostBridges()
                .forEach(bridge -> bySocket.computeIfAbsent(bridge.socket(), id -> new ArrayList<>())
                        .add(bridge));
        bySocket.forEach(this::placeSocket);
        double width = right + PAD * 2 - MARGIN;
        sockets.replaceAll(s -> new PlacedSocket(
                s.id(),
                s.socket(),
                new Box(s.box().x(), s.box().y(), width, s.box().height())));
    }

    double width() {
        return right + PAD * 2 + MARGIN;
    }

    double height() {
        return bottom;
    }

    private void placeSocket(String id, List<HostBridge> ofSocket) {
        double y = bottom;
        double at = y + SOCKET_HEADER;
        right = Math.max(right, LEFT + BRIDGE_WIDTH);
        for (HostBridge bridge : ofSocket) {
            at = placeBridge(bridge, LEFT, at) + GAP;
        }
        Optional<Socket> socket =
                fabric.sockets().stream().filter(s -> s.id().equals(id)).findFirst();
        sockets.add(new PlacedSocket(id, socket, new Box(MARGIN, y, 0, at - y)));
        bottom = at + GAP;
    }

    private double placeBridge(HostBridge bridge, double x, double y) {
        double portX = x + BRIDGE_WIDTH - PAD - PORT_WIDTH;
        double at = y + BRIDGE_HEADER;
        List<PciFunction> empty = emptyPorts(fabric.rootBus(bridge));
        for (List<PciFunction> group : groups(fabric.rootBus(bridge))) {
            PciFunction first = group.get(0);
            if (first.type() == PortType.HOST_BRIDGE || empty.contains(first)) {
                continue;
            }
            if (first.type() == PortType.ROOT_PORT) {
                at = placePort(first, portX, at).bottom() + GAP;
            } else {
                Spot spot = placeBelow(group, x + BRIDGE_WIDTH + LINK_LENGTH, at);
                wires.add(new Wire(Optional.empty(), x + BRIDGE_WIDTH, x + BRIDGE_WIDTH + LINK_LENGTH, spot.anchor()));
                at = spot.bottom() + GAP;
            }
        }
        at = placeFold(empty, portX, at);
        Box box = new Box(x, y, BRIDGE_WIDTH, at - y - GAP + PAD);
        bridges.add(new PlacedBridge(bridge, box, portX));
        return box.bottom();
    }

    /** A root or downstream port and what is below it, or a bridge to conventional PCI. */
    private Spot placePort(PciFunction port, double x, double y) {
        List<Double> anchors = new ArrayList<>();
        double deviceX = x + PORT_WIDTH + PAD + LINK_LENGTH;
        double at = y;
        for (List<PciFunction> group : groups(fabric.below(port))) {
            Spot spot = placeBelow(group, deviceX, at);
            anchors.add(spot.anchor());
            at = spot.bottom() + GAP;
        }
        double anchor =
                anchors.isEmpty() ? y + PORT_HEIGHT / 2 : (anchors.get(0) + anchors.get(anchors.size() - 1)) / 2;
        Box box = new Box(x, anchor - PORT_HEIGHT / 2, PORT_WIDTH, PORT_HEIGHT);
        ports.add(new PlacedPort(port, box));
        right = Math.max(right, box.right());
        if (anchors.size() == 1) {
            wires.add(new Wire(Optional.of(port), box.right(), deviceX, anchor));
        } else if (anchors.size() > 1) {
            double trunk = deviceX - GAP;
            wires.add(new Wire(Optional.of(port), box.right(), trunk, anchor));
            trunks.add(new Box(trunk, anchors.get(0), 0, anchors.get(anchors.size() - 1) - anchors.get(0)));
            anchors.forEach(a -> wires.add(new Wire(Optional.empty(), trunk, deviceX, a)));
        }
        return new Spot(anchor, Math.max(box.bottom(), at - GAP));
    }

    private Spot placeBelow(List<PciFunction> group, double x, double y) {
        return switch (group.get(0).type()) {
            case UPSTREAM_PORT -> placeSwitch(group.get(0), x, y);
            case ROOT_PORT, DOWNSTREAM_PORT, PCIE_TO_PCI_BRIDGE -> placePort(group.get(0), x, y);
            case HOST_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> placeDevice(group, x, y);
        };
    }

    private Spot placeSwitch(PciFunction upstream, double x, double y) {
        double channelLeft = x + PAD + PORT_WIDTH;
        double portX = channelLeft + CHANNEL;
        double at = y + SWITCH_HEADER;
        List<PciFunction> below = fabric.below(upstream);
        List<PciFunction> empty = emptyPorts(below);
        List<Double> anchors = new ArrayList<>();
        for (List<PciFunction> group : groups(below)) {
            if (!empty.contains(group.get(0))) {
                Spot spot = placeBelow(group, portX, at);
                anchors.add(spot.anchor());
                at = spot.bottom() + GAP;
            }
        }
        at = placeFold(empty, portX, at);
        double anchor = anchors.isEmpty()
                ? y + SWITCH_HEADER + PORT_HEIGHT / 2
                : (anchors.get(0) + anchors.get(anchors.size() - 1)) / 2;
        Box box = new Box(x, anchor - PORT_HEIGHT / 2, PORT_WIDTH, PORT_HEIGHT);
        ports.add(new PlacedPort(upstream, new Box(x + PAD, box.y(), PORT_WIDTH, PORT_HEIGHT)));
        double lower = Math.max(box.bottom() + GAP, at) - GAP + PAD;
        Box around = new Box(x, y, PAD + PORT_WIDTH + CHANNEL + PORT_WIDTH + PAD, lower - y);
        switches.add(new PlacedSwitch(upstream, around, channelLeft, portX));
        right = Math.max(right, around.right());
        return new Spot(anchor, lower);
    }

    private Spot placeDevice(List<PciFunction> functions, double x, double y) {
        double height = functions.stream().mapToDouble(FabricLayout::height).sum();
        Box box = new Box(x, y, DEVICE_WIDTH, height);
        devices.add(new PlacedDevice(functions, box));
        right = Math.max(right, box.right());
        return new Spot(box.middle(), box.bottom());
    }

    /** Name, address and ids; a line more for what else is shown. */
    static double height(PciFunction function) {
        return PORT_HEIGHT + (FunctionText.details(function).isEmpty() ? 0 : LINE - 4);
    }

    private double placeFold(List<PciFunction> empty, double x, double y) {
        if (empty.isEmpty()) {
            return y;
        }
        Box box = new Box(x, y, PORT_WIDTH, PORT_HEIGHT);
        folds.add(new Fold(empty, box));
        return box.bottom() + GAP;
    }

    /** Root and downstream ports with nothing below, if there are too many to show each. */
    private List<PciFunction> emptyPorts(List<PciFunction> siblings) {
        ImmutableList<PciFunction> empty = siblings.stream()
                .filter(f -> f.type().hasLinkBelow() && fabric.below(f).isEmpty())
                .collect(ImmutableList.toImmutableList());
        return empty.size() > EMPTY_PORTS_SHOWN ? empty : List.of();
    }

    /** The endpoint functions of each device together, every bridge for itself. */
    private static List<List<PciFunction>> groups(List<PciFunction> siblings) {
        Map<String, List<PciFunction>> groups = new LinkedHashMap<>();
        for (PciFunction function : siblings) {
            Bdf at = function.address();
            String key = function.type().isEndpoint() ? "device " + at.bus() + ":" + at.device() : at.toString();
            groups.computeIfAbsent(key, k -> new ArrayList<>()).add(function);
        }
        return List.copyOf(groups.values());
    }
}
