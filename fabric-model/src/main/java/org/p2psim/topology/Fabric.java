package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;

/**
 * The PCIe fabric of one machine: an immutable forest of functions under host bridges, checked once when built. The
 * order of the functions of a root bus is the order of the kernel's device list, which the kernel's decision depends
 * on.
 */
public final class Fabric {
    private final ImmutableList<Socket> sockets;
    private final Optional<SocketLink> socketLink;
    private final ImmutableList<HostBridge> hostBridges;
    private final ImmutableMap<Bdf, PciFunction> functions;
    private final ImmutableListMultimap<Bdf, PciFunction> children;
    private final ImmutableListMultimap<HostBridge, PciFunction> rootBuses;
    private final ImmutableMap<Bdf, HostBridge> hostBridgeOf;

    private Fabric(
            List<Socket> sockets,
            Optional<SocketLink> socketLink,
            List<HostBridge> hostBridges,
            List<PciFunction> functions) {
        this.sockets = ImmutableList.copyOf(sockets);
        this.socketLink = socketLink;
        this.hostBridges = ImmutableList.copyOf(hostBridges);
        ImmutableMap.Builder<Bdf, PciFunction> byAddress = ImmutableMap.builder();
        ImmutableListMultimap.Builder<Bdf, PciFunction> below = ImmutableListMultimap.builder();
        ImmutableListMultimap.Builder<HostBridge, PciFunction> onRootBus = ImmutableListMultimap.builder();
        Map<Bdf, HostBridge> bridgeOf = new HashMap<>();
        Set<String> rootBusNames = new HashSet<>();
        for (HostBridge bridge : hostBridges) {
            check(rootBusNames.add(bridge.rootBus()), "two host bridges have root bus " + bridge.rootBus());
        }
        Set<Bdf> bridgesSoFar = new HashSet<>();
        Set<Bdf> seen = new HashSet<>();
        for (PciFunction function : functions) {
            check(seen.add(function.address()), "two functions have the address " + function.address());
            byAddress.put(function.address(), function);
            if (function.upstreamBridge().isPresent()) {
                Bdf bridge = function.upstreamBridge().get();
                check(bridgesSoFar.contains(bridge), function.address() + ": no bridge " + bridge + " above it");
                below.put(bridge, function);
                bridgeOf.put(function.address(), Objects.requireNonNull(bridgeOf.get(bridge)));
            } else {
                HostBridge bridge = hostBridgeAbove(function.address());
                if (bridge.bus() == function.address().bus()) {
                    onRootBus.put(bridge, function);
                }
                bridgeOf.put(function.address(), bridge);
            }
            if (function.type().isBridge()) {
                bridgesSoFar.add(function.address());
            }
        }
        this.functions = byAddress.buildOrThrow();
        this.children = below.build();
        this.rootBuses = onRootBus.build();
        this.hostBridgeOf = ImmutableMap.copyOf(bridgeOf);
    }

    /**
     * Builds a fabric from its parts; a bridge must come before the functions below it.
     *
     * @throws IllegalArgumentException if two parts have one address or a bridge is missing
     */
    public static Fabric of(List<Socket> sockets, List<HostBridge> hostBridges, List<PciFunction> functions) {
        return of(sockets, Optional.empty(), hostBridges, functions);
    }

    /**
     * Builds the fabric of a machine whose sockets are joined by a link.
     *
     * @throws IllegalArgumentException if two parts have one address or a bridge is missing
     */
    public static Fabric of(
            List<Socket> sockets,
            Optional<SocketLink> socketLink,
            List<HostBridge> hostBridges,
            List<PciFunction> functions) {
        return new Fabric(sockets, socketLink, hostBridges, functions);
    }

    /**
     * The host bridge of a function without a bridge above it. Virtual functions of an integrated endpoint may have
     * bus numbers beyond the root bus's own (SR-IOV 1.1, 2.1.2), which belong to no bridge.
     */
    private HostBridge hostBridgeAbove(Bdf address) {
        return hostBridges.stream()
                .filter(bridge -> bridge.domain() == address.domain() && bridge.bus() <= address.bus())
                .max(Comparator.comparingInt(HostBridge::bus))
                .orElseThrow(() -> new IllegalArgumentException("%s is on root bus %04x:%02x: no such bus"
                        .formatted(address, address.domain(), address.bus())));
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    public ImmutableList<Socket> sockets() {
        return sockets;
    }

    /** What joins the sockets; empty on a machine with one. */
    public Optional<SocketLink> socketLink() {
        return socketLink;
    }

    public ImmutableList<HostBridge> hostBridges() {
        return hostBridges;
    }

    /** All functions, bridges before what is below them. */
    public ImmutableList<PciFunction> functions() {
        return functions.values().asList();
    }

    /** The functions that can issue or answer DMA, in the order of {@link #functions()}. */
    public ImmutableList<PciFunction> endpoints() {
        return functions.values().stream()
                .filter(function -> function.type().isEndpoint())
                .collect(ImmutableList.toImmutableList());
    }

    /** The CPU that the kernel boots on, which its checks look at. */
    public Cpu bootCpu() {
        return sockets.get(0).cpu();
    }

    public Optional<PciFunction> find(Bdf address) {
        return Optional.ofNullable(functions.get(address));
    }

    /**
     * The function at an address.
     *
     * @throws IllegalArgumentException if there is none
     */
    public PciFunction function(Bdf address) {
        return find(address).orElseThrow(() -> new IllegalArgumentException("no function at " + address));
    }

    public ImmutableList<PciFunction> below(PciFunction bridge) {
        return children.get(bridge.address());
    }

    /** The functions of a root bus, in the order of the kernel's list. */
    public ImmutableList<PciFunction> rootBus(HostBridge bridge) {
        return rootBuses.get(bridge);
    }

    public Optional<PciFunction> upstreamBridge(PciFunction function) {
        return function.upstreamBridge().map(this::function);
    }

    /** The function itself, then its upstream bridge, and so on up to the root bus. */
    public ImmutableList<PciFunction> wayUp(PciFunction function) {
        ImmutableList.Builder<PciFunction> way = ImmutableList.builder();
        Optional<PciFunction> at = Optional.of(function);
        while (at.isPresent()) {
            way.add(at.get());
            at = upstreamBridge(at.get());
        }
        return way.build();
    }

    public HostBridge hostBridge(PciFunction function) {
        return Optional.ofNullable(hostBridgeOf.get(function.address())).orElseThrow();
    }

    public Path path(PciFunction provider, PciFunction client) {
        ImmutableList<PciFunction> providerWay = wayUp(provider);
        ImmutableList<PciFunction> clientWay = wayUp(client);
        for (int i = 0; i < providerWay.size(); i++) {
            int j = clientWay.indexOf(providerWay.get(i));
            if (j >= 0) {
                return new Path(providerWay.subList(0, i), clientWay.subList(0, j), Optional.of(providerWay.get(i)));
            }
        }
        return new Path(providerWay, clientWay, Optional.empty());
    }

    /** Equal if all parts are, in the same order: the kernel's decision depends on it. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Fabric fabric
                && sockets.equals(fabric.sockets)
                && socketLink.equals(fabric.socketLink)
                && hostBridges.equals(fabric.hostBridges)
                && functions().equals(fabric.functions());
    }

    @Override
    public int hashCode() {
        return Objects.hash(sockets, socketLink, hostBridges, functions());
    }
}
