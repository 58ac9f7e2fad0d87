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
    /** A NIC below a switch on the first of two sockets. */
    private static final class Machine {
        final PciFunction rootPort;
        final PciFunction upstreamPort;
        final PciFunction port;
        final PciFunction nic;
        final Fabric fabric;
        final Routing routing;

        Machine(IommuMode iommu) {
            Tree tree = new Tree().socket(Tree.XEON).hostBridge(iommu, "8086:2020");
            rootPort = tree.rootPort("root port");
            upstreamPort = tree.upstreamPort("upstream port", rootPort);
            port = tree.downstreamPort("port", upstreamPort);
            nic = tree.endpoint("nic", port);
            tree.endpoint("gpu", tree.downstreamPort("other port", upstreamPort));
            fabric = tree.socket(Tree.XEON).fabric();
            routing = new Routing(fabric);
        }
    }

    @Test
    void aRequestForMemoryClimbsToTheRootBesideAllPeers() {
        Machine m = new Machine(IommuMode.OFF);
        Delivery delivery = m.routing.toMemory(m.nic, "s0", AddressKind.BUS_ADDRESS, true);
        assertThat(delivery.disposition()).isEqualTo(Disposition.HOST_MEMORY);
        assertThat(delivery.disposition().arrives()).isTrue();
        assertThat(delivery.route().hops())
                .containsExactly(
                        new LinkHop(m.port, true),
                        new SwitchHop(m.upstreamPort),
                        new LinkHop(m.rootPort, true),
                        new HostHop(m.fabric.hostBridge(m.nic)),
                        new MemoryHop("s0"));
        assertThat(delivery.route().rootComplexes()).isEmpty();
    }

    @Test
    void theIommuTranslatesIovasAndBlocksAllElse() {
        Machine m = new Machine(IommuMode.TRANSLATING);
        assertThat(m.routing
                        .toMemory(m.nic, "s0", AddressKind.IOVA, false)
                        .route()
                        .hops())
                .contains(new IommuHop(m.fabric.hostBridge(m.nic)), new MemoryHop("s0"));
        assertThat(m.routing
                        .toMemory(m.nic, "s0", AddressKind.BUS_ADDRESS, false)
                        .disposition())
                .isEqualTo(Disposition.REFUSED);
        assertThat(m.routing
                        .toMemory(m.nic, "s0", AddressKind.BUS_ADDRESS, true)
                        .disposition())
                .isEqualTo(Disposition.DROPPED);
    }

    @Test
    void theMemoryOfAnotherSocketIsBehindTheSocketLinkBothWays() {
        Machine m = new Machine(IommuMode.OFF);
        assertThat(m.routing
                        .toMemory(m.nic, "s1", AddressKind.BUS_ADDRESS, false)
                        .route()
                        .hops())
                .endsWith(new HostHop(m.fabric.hostBridge(m.nic)), new SocketHop("s0", "s1"), new MemoryHop("s1"));
        assertThat(m.routing.completionFromMemory("s1", m.nic).hops())
                .containsExactly(
                        new MemoryHop("s1"),
                        new SocketHop("s1", "s0"),
                        new HostHop(m.fabric.hostBridge(m.nic)),
                        new LinkHop(m.rootPort, false),
                        new SwitchHop(m.upstreamPort),
                        new LinkHop(m.port, false));
    }

    @Test
    void anErrorComesBackFromTheRootThatRefuses() {
        Machine m = new Machine(IommuMode.TRANSLATING);
        Route route =
                m.routing.toMemory(m.nic, "s0", AddressKind.BUS_ADDRESS, false).route();
        assertThat(route.toRoot().reversed().hops())
                .containsExactly(
                        new LinkHop(m.rootPort, false), new SwitchHop(m.upstreamPort), new LinkHop(m.port, false));
    }
}
