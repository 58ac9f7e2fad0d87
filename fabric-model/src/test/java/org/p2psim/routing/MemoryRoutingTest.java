package org.p2psim.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.routing.Delivery.Disposition;
import org.p2psim.routing.Hop.HostHop;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.MemoryHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;

/** Where requests for host memory go, and their completions. */
class MemoryRoutingTest {
    private PciFunction rootPort;
    private PciFunction upstreamPort;
    private PciFunction port;
    private PciFunction nic;
    private Fabric fabric;

    /** A NIC below a switch on the first of two sockets. */
    private Routing machine(IommuMode iommu) {
        Tree tree = new Tree().socket(Tree.XEON).hostBridge(iommu, "8086:2020");
        rootPort = tree.rootPort("root port");
        upstreamPort = tree.upstreamPort("upstream port", rootPort);
        port = tree.downstreamPort("port", upstreamPort);
        nic = tree.endpoint("nic", port);
        tree.endpoint("gpu", tree.downstreamPort("other port", upstreamPort));
        fabric = tree.socket(Tree.XEON).fabric();
        return new Routing(fabric);
    }

    @Test
    void aRequestForMemoryClimbsToTheRootBesideAllPeers() {
        Delivery delivery = machine(IommuMode.OFF).toMemory(nic, "s0", AddressKind.BUS_ADDRESS, true);
        assertThat(delivery.disposition()).isEqualTo(Disposition.HOST_MEMORY);
        assertThat(delivery.disposition().arrives()).isTrue();
        assertThat(delivery.route().hops())
                .containsExactly(
                        new LinkHop(port, true),
                        new SwitchHop(upstreamPort),
                        new LinkHop(rootPort, true),
                        new HostHop(fabric.hostBridge(nic)),
                        new MemoryHop("s0"));
        assertThat(delivery.route().rootComplexes()).isEmpty();
    }

    @Test
    void theIommuTranslatesIovasAndBlocksAllElse() {
        Routing routing = machine(IommuMode.TRANSLATING);
        assertThat(routing.toMemory(nic, "s0", AddressKind.IOVA, false).route().hops())
                .contains(new IommuHop(fabric.hostBridge(nic)), new MemoryHop("s0"));
        assertThat(routing.toMemory(nic, "s0", AddressKind.BUS_ADDRESS, false).disposition())
                .isEqualTo(Disposition.REFUSED);
        assertThat(routing.toMemory(nic, "s0", AddressKind.BUS_ADDRESS, true).disposition())
                .isEqualTo(Disposition.DROPPED);
    }

    @Test
    void theMemoryOfAnotherSocketIsBehindTheSocketLinkBothWays() {
        Routing routing = machine(IommuMode.OFF);
        assertThat(routing.toMemory(nic, "s1", AddressKind.BUS_ADDRESS, false)
                        .route()
                        .hops())
                .endsWith(new HostHop(fabric.hostBridge(nic)), new SocketHop("s0", "s1"), new MemoryHop("s1"));
        assertThat(routing.completionFromMemory("s1", nic).hops())
                .containsExactly(
                        new MemoryHop("s1"),
                        new SocketHop("s1", "s0"),
                        new HostHop(fabric.hostBridge(nic)),
                        new LinkHop(rootPort, false),
                        new SwitchHop(upstreamPort),
                        new LinkHop(port, false));
    }

    @Test
    void anErrorComesBackFromTheRootThatRefuses() {
        Routing routing = machine(IommuMode.TRANSLATING);
        Route route =
                routing.toMemory(nic, "s0", AddressKind.BUS_ADDRESS, false).route();
        assertThat(route.toRoot().reversed().hops())
                .containsExactly(new LinkHop(rootPort, false), new SwitchHop(upstreamPort), new LinkHop(port, false));
    }
}
