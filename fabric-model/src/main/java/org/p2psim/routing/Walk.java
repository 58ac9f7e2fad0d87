package org.p2psim.routing;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2psim.address.Bdf;
import org.p2psim.routing.Delivery.Disposition;
import org.p2psim.routing.Delivery.Step;
import org.p2psim.routing.Hop.AcsBlockHop;
import org.p2psim.routing.Hop.HostHop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.MemoryHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** One TLP on its way to one target: the hops so far, and why. */
final class Walk {
    /** What turns a TLP back at a port that it could turn at. */
    enum Rule {
        REQUEST(AcsBit.RR, AcsBit.EC),
        /** A request with an address that its initiator got by ATS. */
        TRANSLATED(AcsBit.RR, AcsBit.EC),
        /** A request that matches no bridge window, with an IOVA or for host memory: it never turns. */
        WINDOWLESS(),
        COMPLETION(AcsBit.CR);

        private final ImmutableList<AcsBit> redirect;

        Rule(AcsBit... redirect) {
            this.redirect = ImmutableList.copyOf(redirect);
        }
    }

    private final Fabric fabric;
    private final Rule rule;
    /** The target, the bridge above it, and so on up to the root bus. */
    private final ImmutableList<PciFunction> targetWay;

    private final List<Hop> hops = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    /** It matches no window, or a port has redirected it: no port turns it any more. */
    private boolean climbsToRoot;
    /** A port lets it on no further. */
    private boolean blocked;

    Walk(Fabric fabric, PciFunction target, Rule rule) {
        this(fabric, fabric.wayUp(target), rule);
    }

    /** To host memory, which is below no port. */
    Walk(Fabric fabric, Rule rule) {
        this(fabric, ImmutableList.of(), rule);
    }

    private Walk(Fabric fabric, ImmutableList<PciFunction> targetWay, Rule rule) {
        this.fabric = fabric;
        this.rule = rule;
        this.targetWay = targetWay;
        this.climbsToRoot = rule == Rule.WINDOWLESS;
    }

    Route route() {
        return new Route(hops);
    }

    Delivery delivery(Disposition disposition, Optional<String> caveat) {
        return new Delivery(disposition, route(), caveat, steps);
    }

    /** Climbs until it turns towards the target (true) or is at the root (false). */
    boolean climbFrom(PciFunction sender) {
        if (above(sender) == 0) {
            return true;
        }
        ImmutableList<PciFunction> way = fabric.wayUp(sender);
        for (PciFunction bridge : way.subList(1, way.size())) {
            boolean turned = switch (bridge.type()) {
                case ROOT_PORT, DOWNSTREAM_PORT -> enterFromBelow(bridge);
                case UPSTREAM_PORT -> {
                    hops.add(new SwitchHop(bridge));
                    yield turnsInSwitchItself(bridge, sender);
                }
                case PCIE_TO_PCI_BRIDGE -> turnsOnSharedBus(bridge);
                case HOST_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> false;
            };
            if (turned || blocked) {
                return turned;
            }
        }
        if (rule == Rule.WINDOWLESS && !targetWay.isEmpty() && way.size() > 1) {
            step(
                    Step.Kind.NO_WINDOW_FOR_IOVA,
                    Optional.empty(),
                    "the address is for the IOMMU to translate and in no bridge window, so the request climbs to the root complex");
        }
        return false;
    }

    private boolean enterFromBelow(PciFunction port) {
        hops.add(new LinkHop(port, true));
        if (rule == Rule.TRANSLATED && isOn(port, AcsBit.TB)) {
            blockedAt(port);
            return false;
        }
        if (climbsToRoot) {
            return false;
        }
        int samePort = above(port);
        if (samePort >= 0) {
            return turnsAtPort(port, samePort);
        }
        Optional<PciFunction> upstreamPort =
                fabric.upstreamBridge(port).filter(bridge -> bridge.type() == PortType.UPSTREAM_PORT);
        int sameSwitch = upstreamPort.map(this::above).orElse(-1);
        return sameSwitch >= 0 && turnsInSwitch(port, upstreamPort.orElseThrow(), sameSwitch);
    }

    boolean isBlocked() {
        return blocked;
    }

    private void blockedAt(PciFunction port) {
        blocked = true;
        hops.add(new AcsBlockHop(port));
        step(
                Step.Kind.TRANSLATED_REQUEST_BLOCKED,
                Optional.of(port.address()),
                "%s has ACS TB on, which blocks requests with translated addresses".formatted(named(port)));
    }

    private static boolean isOn(PciFunction port, AcsBit bit) {
        return port.acs().map(acs -> acs.isOn(bit)).orElse(false);
    }

    /** Whether a port lets translated requests turn, whatever it does to others. */
    private boolean isDirect(PciFunction port) {
        return rule == Rule.TRANSLATED && isOn(port, AcsBit.DT);
    }

    private String whyItTurns(PciFunction port) {
        return isDirect(port)
                ? "has ACS DT on, and the address is translated"
                : "has no ACS %s on".formatted(words(rule.redirect.stream(), " or "));
    }

    private boolean turnsAtPort(PciFunction port, int index) {
        if (isRedirectedBy(port, "the same port")) {
            return false;
        }
        fabric.upstreamBridge(port)
                .filter(bridge -> bridge.type() == PortType.UPSTREAM_PORT)
                .ifPresent(upstreamPort -> hops.add(new SwitchHop(upstreamPort)));
        step(
                Step.Kind.TURNED_AT_PORT,
                Optional.of(port.address()),
                "the target is below the same port, %s, which %s: the TLP turns there"
                        .formatted(named(port), whyItTurns(port)));
        descendFrom(index);
        return true;
    }

    private boolean turnsInSwitch(PciFunction ingress, PciFunction upstreamPort, int index) {
        if (isRedirectedBy(ingress, "the same switch")) {
            return false;
        }
        hops.add(new SwitchHop(upstreamPort));
        step(
                Step.Kind.TURNED_IN_SWITCH,
                Optional.of(ingress.address()),
                "%s %s, so the TLP turns to %s inside the switch"
                        .formatted(named(ingress), whyItTurns(ingress), named(targetWay.get(index - 1))));
        descendFrom(index - 1);
        return true;
    }

    /** For a function inside a switch, on the bus below the upstream port: no port, so no ACS. */
    private boolean turnsInSwitchItself(PciFunction upstreamPort, PciFunction sender) {
        boolean inside = sender.upstreamBridge().equals(Optional.of(upstreamPort.address()));
        int index = above(upstreamPort);
        if (!inside || index < 0 || climbsToRoot) {
            return false;
        }
        descendFrom(index - 1);
        return true;
    }

    private boolean turnsOnSharedBus(PciFunction bridge) {
        int index = above(bridge);
        if (index < 0 || climbsToRoot) {
            return false;
        }
        descendFrom(index);
        return true;
    }

    void translatedBy(HostBridge bridge) {
        hops.add(new IommuHop(bridge));
        step(
                Step.Kind.TRANSLATED,
                Optional.empty(),
                "the IOMMU of host bridge %s translates the address".formatted(bridge.rootBus()));
    }

    void blockedBy(HostBridge bridge, boolean posted) {
        hops.add(new IommuHop(bridge));
        step(
                Step.Kind.BLOCKED,
                Optional.empty(),
                "the IOMMU of host bridge %s has no translation for a raw bus address: %s"
                        .formatted(
                                bridge.rootBus(),
                                posted
                                        ? "the write is dropped, and no completion tells the initiator"
                                        : "the read is completed with an error"));
    }

    void throughRootComplex(HostBridge from, HostBridge to) {
        hops.add(new RootComplexHop(from));
        String between = "inside host bridge " + from.rootBus();
        if (!from.equals(to)) {
            if (!from.socket().equals(to.socket())) {
                hops.add(new SocketHop(from.socket(), to.socket()));
            }
            hops.add(new RootComplexHop(to));
            between = "from host bridge %s to host bridge %s".formatted(from.rootBus(), to.rootBus());
        }
        step(
                Step.Kind.FORWARDED_BY_ROOT_COMPLEX,
                Optional.empty(),
                "the root complex forwards the TLP %s".formatted(between));
        descendFrom(targetWay.size() - 1);
    }

    void intoMemory(HostBridge bridge, String socket) {
        hops.add(new HostHop(bridge));
        if (!bridge.socket().equals(socket)) {
            hops.add(new SocketHop(bridge.socket(), socket));
        }
        hops.add(new MemoryHop(socket));
        step(Step.Kind.AT_HOST_MEMORY, Optional.empty(), "the address is in the memory of socket " + socket);
    }

    void outOfMemory(String socket, HostBridge bridge) {
        hops.add(new MemoryHop(socket));
        if (!bridge.socket().equals(socket)) {
            hops.add(new SocketHop(socket, bridge.socket()));
        }
        hops.add(new HostHop(bridge));
        descendFrom(targetWay.size() - 1);
    }

    /** Goes down from a bridge above the target, given by its index on the target's way up. */
    private void descendFrom(int index) {
        for (int i = index; i > 0; i--) {
            PciFunction bridge = targetWay.get(i);
            if (bridge.type().hasLinkBelow()) {
                hops.add(new LinkHop(bridge, false));
            } else if (bridge.type() == PortType.UPSTREAM_PORT) {
                hops.add(new SwitchHop(bridge));
            }
        }
    }

    /** Index of a function on the target's way up; -1 if the target is not below it. */
    private int above(PciFunction function) {
        for (int i = 0; i < targetWay.size(); i++) {
            if (targetWay.get(i).address().equals(function.address())) {
                return i;
            }
        }
        return -1;
    }

    private boolean isRedirectedBy(PciFunction port, String common) {
        if (isDirect(port)) {
            return false;
        }
        String bits = port.acs()
                .map(acs -> words(rule.redirect.stream().filter(acs::isOn), "+"))
                .orElse("");
        if (bits.isEmpty()) {
            return false;
        }
        climbsToRoot = true;
        step(
                Step.Kind.REDIRECTED_UPSTREAM,
                Optional.of(port.address()),
                "%s has ACS %s on, which sends the TLP up though its target is below %s"
                        .formatted(named(port), bits, common));
        return true;
    }

    private void step(Step.Kind kind, Optional<Bdf> at, String sentence) {
        steps.add(new Step(kind, at, sentence));
    }

    private static String words(Stream<AcsBit> bits, String separator) {
        return bits.map(AcsBit::name).collect(Collectors.joining(separator));
    }

    private static String named(PciFunction function) {
        String address = function.address().toString();
        return function.name().equals(address) ? address : "%s (%s)".formatted(function.name(), address);
    }
}
