package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;

/**
 * Where everything of a fabric stands: boxes in boxes for what contains (socket, host bridge, switch), left to right
 * for what is linked. Rows grow downwards with the number of endpoints, columns with the number of switches in a row.
 */
final class TopologyLayout {
    static final double ROW = 34;
    static final double LINK = 56;
    static final double INDENT = 18;
    private static final double GAP = 7;
    private static final double PAD = 8;
    private static final double SOCKET_TITLE = 24;
    private static final double NAME_SIZE = 11.5;
    private static final double CHIP_MIN = 108;
    private static final double CHIP_MAX = 176;

    private final Fabric fabric;
    private final Map<Bdf, String> notes;
    private final double chipWidth;
    private final Map<Box, Box> parents = new HashMap<>();
    private final Box root;

    TopologyLayout(Fabric fabric, Map<Bdf, String> notes) {
        this.fabric = fabric;
        this.notes = notes;
        double widest = fabric.functions().stream()
                .mapToDouble(function -> Lettering.width(function.name(), NAME_SIZE) + 30)
                .max()
                .orElse(0);
        this.chipWidth = Math.min(CHIP_MAX, Math.max(CHIP_MIN, widest));
        this.root = machine();
        recordParents(root);
    }

    /** What a box stands for. */
    enum Kind {
        MACHINE,
        SOCKET,
        HOST_BRIDGE,
        SWITCH,
        PORT,
        LEAF
    }

    /**
     * A placed box. {@code right} and {@code bottom} span everything below it; the line from above arrives at its left
     * edge at height {@code entry}.
     */
    record Box(
            Kind kind,
            String name,
            Optional<PciFunction> function,
            Optional<HostBridge> bridge,
            double x,
            double y,
            double width,
            double right,
            double bottom,
            double entry,
            List<Box> children) {
        Box {
            children = ImmutableList.copyOf(children);
        }

        /** Where a container's children are joined. */
        double spine() {
            return x + INDENT / 2;
        }

        boolean contains() {
            return switch (kind) {
                case MACHINE, SOCKET, HOST_BRIDGE, SWITCH -> true;
                case PORT, LEAF -> false;
            };
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    Box root() {
        return root;
    }

    /** All boxes, containers before what they contain. */
    List<Box> boxes() {
        List<Box> all = new ArrayList<>();
        collect(root, all);
        return all;
    }

    private static void collect(Box box, List<Box> all) {
        all.add(box);
        box.children().forEach(child -> collect(child, all));
    }

    Optional<Box> box(Bdf address) {
        return boxes().stream()
                .filter(box -> box.function().isPresent()
                        && box.function().get().address().equals(address))
                .findFirst();
    }

    /** The box itself, then what contains or links it, up to the machine. */
    List<Box> wayUp(Box box) {
        List<Box> way = new ArrayList<>(List.of(box));
        for (Box at = parents.get(box); at != null; at = parents.get(at)) {
            way.add(at);
        }
        return way;
    }

    private void recordParents(Box box) {
        for (Box child : box.children()) {
            parents.put(child, box);
            recordParents(child);
        }
    }

    private Box machine() {
        Set<String> sockets = new LinkedHashSet<>();
        fabric.sockets().stream().map(Socket::id).forEach(sockets::add);
        fabric.hostBridges().stream().map(HostBridge::socket).forEach(sockets::add);
        boolean several = sockets.size() > 1;
        List<Box> children = new ArrayList<>();
        double y = 1;
        for (String socket : sockets) {
            Box box = socket(socket, several ? INDENT : 1, y);
            children.add(box);
            y = box.bottom() + GAP;
        }
        double right = right(children, 100);
        return new Box(
                Kind.MACHINE,
                "",
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                right,
                right,
                bottom(children, 0),
                0,
                children);
    }

    private Box socket(String id, double x, double y) {
        String cpu = fabric.sockets().stream()
                .filter(socket -> socket.id().equals(id))
                .map(socket -> ", " + socket.cpu())
                .findFirst()
                .orElse("");
        List<Box> children = new ArrayList<>();
        double below = y + SOCKET_TITLE;
        for (HostBridge bridge : fabric.hostBridges()) {
            if (bridge.socket().equals(id)) {
                Box box = hostBridge(bridge, x + INDENT, below);
                children.add(box);
                below = box.bottom() + GAP;
            }
        }
        return container(
                Kind.SOCKET, "Socket " + id + cpu, Optional.empty(), Optional.empty(), x, y, SOCKET_TITLE, children);
    }

    private Box hostBridge(HostBridge bridge, double x, double y) {
        List<Box> children = stacked(fabric.rootBus(bridge), x + INDENT, y + ROW);
        return container(Kind.HOST_BRIDGE, bridge.name(), Optional.empty(), Optional.of(bridge), x, y, ROW, children);
    }

    private List<Box> stacked(List<PciFunction> functions, double x, double y) {
        List<Box> boxes = new ArrayList<>();
        double below = y;
        for (PciFunction function : functions) {
            Box box = function(function, x, below);
            boxes.add(box);
            below = box.bottom() + GAP;
        }
        return boxes;
    }

    private Box function(PciFunction function, double x, double y) {
        return switch (function.type()) {
            case ROOT_PORT, DOWNSTREAM_PORT -> port(function, x, y);
            case UPSTREAM_PORT, PCIE_TO_PCI_BRIDGE ->
                container(
                        Kind.SWITCH,
                        function.name(),
                        Optional.of(function),
                        Optional.empty(),
                        x,
                        y,
                        ROW,
                        stacked(fabric.below(function), x + INDENT, y + ROW));
            case HOST_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> leaf(function, x, y);
        };
    }

    private Box port(PciFunction function, double x, double y) {
        List<Box> children = stacked(fabric.below(function), x + chipWidth + LINK, y);
        return new Box(
                Kind.PORT,
                function.name(),
                Optional.of(function),
                Optional.empty(),
                x,
                y,
                chipWidth,
                right(children, x + chipWidth),
                bottom(children, y + ROW),
                y + ROW / 2,
                children);
    }

    private Box leaf(PciFunction function, double x, double y) {
        String note = notes.getOrDefault(function.address(), "");
        double width = Math.max(chipWidth, Lettering.width(note, 10) + 14);
        double height = note.isEmpty() ? ROW : ROW + 13;
        return new Box(
                Kind.LEAF,
                function.name(),
                Optional.of(function),
                Optional.empty(),
                x,
                y,
                width,
                x + width,
                y + height,
                y + ROW / 2,
                List.of());
    }

    private Box container(
            Kind kind,
            String name,
            Optional<PciFunction> function,
            Optional<HostBridge> bridge,
            double x,
            double y,
            double title,
            List<Box> children) {
        double least = x + Math.min(260, Math.max(150, Lettering.width(name, NAME_SIZE) + INDENT + PAD));
        double right = right(children, least - PAD) + PAD;
        return new Box(
                kind,
                name,
                function,
                bridge,
                x,
                y,
                right - x,
                right,
                bottom(children, y + title - PAD) + PAD,
                y + title / 2,
                children);
    }

    private static double right(List<Box> boxes, double least) {
        return boxes.stream().mapToDouble(Box::right).max().stream()
                .map(right -> Math.max(least, right))
                .findFirst()
                .orElse(least);
    }

    private static double bottom(List<Box> boxes, double least) {
        return boxes.stream().mapToDouble(Box::bottom).max().stream()
                .map(bottom -> Math.max(least, bottom))
                .findFirst()
                .orElse(least);
    }
}
