package org.p2psim.p2p;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** Functions written down one by one, in the order of the kernel's lists. */
final class Forest {
    static final Cpu ZEN = new Cpu("AuthenticAMD", 0x19, 1);
    static final Cpu XEON = new Cpu("GenuineIntel", 6, 85);

    /** q35: in no release's list. */
    static final String UNLISTED = "8086:29c0";

    /** Skylake-E: in the list from 5.6 on, across host bridges too. */
    static final String LISTED = "8086:2020";

    private static final String ANY = "1b21:0001";

    private final List<HostBridge> hostBridges = new ArrayList<>();
    private final List<PciFunction> functions = new ArrayList<>();

    /** Two root ports with an endpoint below each: 0000:01:00.0 and 0000:02:00.0. */
    static Forest twoRootPorts(String hostBridgeId, AcsBit... acs) {
        return new Forest()
                .rootBus("0000:00")
                .on("0000:00:00.0", PortType.HOST_BRIDGE, hostBridgeId)
                .on("0000:00:01.0", PortType.ROOT_PORT, ANY, acs)
                .below("0000:00:01.0", "0000:01:00.0", PortType.ENDPOINT)
                .on("0000:00:02.0", PortType.ROOT_PORT, ANY, acs)
                .below("0000:00:02.0", "0000:02:00.0", PortType.ENDPOINT);
    }

    /** A switch below a root port, with the endpoints 0000:03:00.0 and 0000:04:00.0 below ports 02:00.0 and 02:01.0. */
    static Forest oneSwitch(String hostBridgeId, AcsBit... acsOfDownstreamPorts) {
        return new Forest()
                .rootBus("0000:00")
                .on("0000:00:00.0", PortType.HOST_BRIDGE, hostBridgeId)
                .on("0000:00:01.0", PortType.ROOT_PORT, ANY)
                .below("0000:00:01.0", "0000:01:00.0", PortType.UPSTREAM_PORT)
                .below("0000:01:00.0", "0000:02:00.0", PortType.DOWNSTREAM_PORT, acsOfDownstreamPorts)
                .below("0000:02:00.0", "0000:03:00.0", PortType.ENDPOINT)
                .below("0000:01:00.0", "0000:02:01.0", PortType.DOWNSTREAM_PORT, acsOfDownstreamPorts)
                .below("0000:02:01.0", "0000:04:00.0", PortType.ENDPOINT);
    }

    /** An endpoint below a root port of each of two host bridges: 0000:01:00.0 and 0000:81:00.0. */
    static Forest twoHostBridges(String firstId, String secondId) {
        return new Forest()
                .rootBus("0000:00")
                .on("0000:00:00.0", PortType.HOST_BRIDGE, firstId)
                .on("0000:00:01.0", PortType.ROOT_PORT, ANY)
                .below("0000:00:01.0", "0000:01:00.0", PortType.ENDPOINT)
                .rootBus("0000:80")
                .on("0000:80:00.0", PortType.HOST_BRIDGE, secondId)
                .on("0000:80:01.0", PortType.ROOT_PORT, ANY)
                .below("0000:80:01.0", "0000:81:00.0", PortType.ENDPOINT);
    }

    Forest rootBus(String domainAndBus) {
        return rootBus(domainAndBus, IommuMode.OFF);
    }

    Forest rootBus(String domainAndBus, IommuMode iommu) {
        Bdf address = Bdf.parse(domainAndBus + ":00.0");
        hostBridges.add(new HostBridge(domainAndBus, "s0", address.domain(), address.bus(), iommu, 0, 64, List.of()));
        return this;
    }

    Forest withIommu(IommuMode iommu) {
        hostBridges.replaceAll(bridge ->
                new HostBridge(bridge.name(), bridge.socket(), bridge.domain(), bridge.bus(), iommu, 0, 64, List.of()));
        return this;
    }

    /** A function on a root bus; without bits it has no ACS capability. */
    Forest on(String address, PortType type, String id, AcsBit... acs) {
        return add(address, type, id, Optional.empty(), acs);
    }

    Forest below(String bridge, String address, PortType type, AcsBit... acs) {
        return add(address, type, ANY, Optional.of(Bdf.parse(bridge)), acs);
    }

    private Forest add(String address, PortType type, String id, Optional<Bdf> bridge, AcsBit... acs) {
        Optional<Acs> controls =
                acs.length == 0 ? Optional.empty() : Optional.of(new Acs(0x7f, Acs.mask(List.of(acs))));
        functions.add(PciFunction.of(
                Bdf.parse(address), DeviceId.parse(id), type, bridge, type.isBridge() ? 0 : -1, controls));
        return this;
    }

    /** The same forest with another ACS control word in one place. */
    Forest acs(String address, AcsBit... acs) {
        return acs(address, new Acs(0x7f, Acs.mask(List.of(acs))));
    }

    Forest acs(String address, Acs acs) {
        functions.replaceAll(function ->
                function.address().equals(Bdf.parse(address)) ? function.withAcs(Optional.of(acs)) : function);
        return this;
    }

    Fabric fabric() {
        return Fabric.of(List.of(new Socket("s0", XEON)), hostBridges, functions);
    }

    P2pdma ask(String release, Cpu cpu) {
        return new P2pdma(fabric(), cpu, rules(release));
    }

    static KernelRules rules(String release) {
        return KernelRules.of(KernelRelease.parse(release));
    }

    static Verdict verdict(P2pdma p2pdma, String provider, String client) {
        return p2pdma.verdict(Bdf.parse(provider), Bdf.parse(client));
    }

    /** Map type and the kernel's return value, as in {@code BUS_ADDR 4}. */
    static String answer(P2pdma p2pdma, String provider, String client) {
        Verdict verdict = verdict(p2pdma, provider, client);
        return verdict.mapType() + " "
                + (verdict.distance().isPresent() ? verdict.distance().getAsInt() : "?");
    }

    static List<String> log(P2pdma p2pdma, String provider, String client) {
        return verdict(p2pdma, provider, client).messages().stream()
                .map(KernelMessage::toString)
                .toList();
    }
}
