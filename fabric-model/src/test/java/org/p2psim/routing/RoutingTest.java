package org.p2psim.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.routing.Delivery.Disposition;
import org.p2psim.routing.Hop.IommuHop;
import org.p2psim.routing.Hop.LinkHop;
import org.p2psim.routing.Hop.RootComplexHop;
import org.p2psim.routing.Hop.SocketHop;
import org.p2psim.routing.Hop.SwitchHop;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;

class RoutingTest {
    /** A GPU and a NIC below one switch; the ports' ACS as given. */
    private static final class OneSwitch {
        final Tree tree = new Tree();
        final PciFunction rootPort;
        final PciFunction upstreamPort;
        final PciFunction gpuPort;
        final PciFunction nicPort;
        final PciFunction gpu;
        final PciFunction nic;
        final Fabric fabric;

        OneSwitch(IommuMode iommu, AcsBit[] gpuAcs, AcsBit... nicAcs) {
            tree.socket(Tree.XEON).hostBridge(iommu, "8086:2020");
            rootPort = tree.rootPort("rp0");
            upstreamPort = tree.upstreamPort("sw0", rootPort);
            gpuPort = tree.downstreamPort("dp0", upstreamPort, gpuAcs);
            nicPort = tree.downstreamPort("dp1", upstreamPort, nicAcs);
            gpu = tree.endpoint("gpu", gpuPort);
            nic = tree.endpoint("nic", nicPort);
            fabric = tree.fabric();
        }

        Delivery nicWrites(AddressKind kind) {
            return new Routing(fabric).request(nic, gpu, kind, true);
        }

        Delivery nicReads(AddressKind kind) {
            return new Routing(fabric).request(nic, gpu, kind, false);
        }

        HostBridge hostBridge() {
            return fabric.hostBridges().get(0);
        }
    }

    private static final AcsBit[] NONE = {};

    @Test
    void withoutRedirectTheSwitchTurnsTheRequest() {
        OneSwitch machine = new OneSwitch(IommuMode.OFF, NONE);
        Delivery delivery = machine.nicWrites(AddressKind.BUS_ADDRESS);
        assertThat(delivery.disposition()).isEqualTo(Disposition.DIRECT);
        assertThat(delivery.route().hops())
                .containsExactly(
                        new LinkHop(machine.nicPort, true),
                        new SwitchHop(machine.upstreamPort),
                        new LinkHop(machine.gpuPort, false));
        assertThat(delivery.caveat()).isEmpty();
    }

    @Test
    void redirectOnTheIngressPortForcesTheHostBridge() {
        OneSwitch machine = new OneSwitch(IommuMode.OFF, NONE, AcsBit.RR);
        Delivery delivery = machine.nicWrites(AddressKind.BUS_ADDRESS);
        assertThat(delivery.disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
        assertThat(delivery.route().hops())
                .containsExactly(
                        new LinkHop(machine.nicPort, true),
                        new SwitchHop(machine.upstreamPort),
                        new LinkHop(machine.rootPort, true),
                        new RootComplexHop(machine.hostBridge()),
                        new LinkHop(machine.rootPort, false),
                        new SwitchHop(machine.upstreamPort),
                        new LinkHop(machine.gpuPort, false));
        assertThat(delivery.steps().get(0).sentence())
                .isEqualTo(
                        "dp1 (0000:02:01.0) has ACS RR on, which sends the TLP up though its target is below the same switch");
    }

    @Test
    void egressControlRedirectsToo() {
        OneSwitch machine = new OneSwitch(IommuMode.OFF, NONE, AcsBit.EC);
        assertThat(machine.nicWrites(AddressKind.BUS_ADDRESS).disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
    }

    @Test
    void redirectOnTheEgressPortDoesNotTouchTheRequest() {
        OneSwitch machine = new OneSwitch(IommuMode.OFF, new AcsBit[] {AcsBit.RR, AcsBit.CR, AcsBit.EC});
        assertThat(machine.nicWrites(AddressKind.BUS_ADDRESS).disposition()).isEqualTo(Disposition.DIRECT);
    }

    @Test
    void completionRedirectOnTheCompletersPortSendsOnlyCompletionsUp() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, new AcsBit[] {AcsBit.CR});
        Routing routing = new Routing(machine.fabric);
        assertThat(machine.nicReads(AddressKind.BUS_ADDRESS).disposition()).isEqualTo(Disposition.DIRECT);
        assertThat(routing.completion(machine.gpu, machine.nic).hops())
                .containsExactly(
                        new LinkHop(machine.gpuPort, true),
                        new SwitchHop(machine.upstreamPort),
                        new LinkHop(machine.rootPort, true),
                        new RootComplexHop(machine.hostBridge()),
                        new LinkHop(machine.rootPort, false),
                        new SwitchHop(machine.upstreamPort),
                        new LinkHop(machine.nicPort, false));
        assertThat(routing.completion(machine.nic, machine.gpu).hops())
                .containsExactly(
                        new LinkHop(machine.nicPort, true),
                        new SwitchHop(machine.upstreamPort),
                        new LinkHop(machine.gpuPort, false));
    }

    @Test
    void rawWriteIntoATranslatingIommuIsLostWithoutATrace() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, NONE, AcsBit.RR);
        Delivery delivery = machine.nicWrites(AddressKind.BUS_ADDRESS);
        assertThat(delivery.disposition()).isEqualTo(Disposition.DROPPED);
        assertThat(delivery.disposition().arrives()).isFalse();
        assertThat(delivery.route().hops()).last().isEqualTo(new IommuHop(machine.hostBridge()));
        assertThat(delivery.reason()).contains("dropped");
    }

    @Test
    void rawReadIntoATranslatingIommuIsRefused() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, NONE, AcsBit.RR);
        assertThat(machine.nicReads(AddressKind.BUS_ADDRESS).disposition()).isEqualTo(Disposition.REFUSED);
    }

    @Test
    void rawAddressNeverMeetsTheIommuWithoutRedirect() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, NONE);
        assertThat(machine.nicWrites(AddressKind.BUS_ADDRESS).disposition()).isEqualTo(Disposition.DIRECT);
    }

    @Test
    void iovaClimbsToTheIommuThoughNothingRedirects() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, NONE);
        Delivery delivery = machine.nicWrites(AddressKind.IOVA);
        assertThat(delivery.disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
        assertThat(delivery.route().hops())
                .containsSubsequence(
                        new LinkHop(machine.rootPort, true),
                        new IommuHop(machine.hostBridge()),
                        new RootComplexHop(machine.hostBridge()),
                        new LinkHop(machine.rootPort, false));
    }

    @ParameterizedTest
    @EnumSource(
            value = IommuMode.class,
            names = {"OFF", "IDENTITY"})
    void aRedirectedRawAddressArrivesWhereTheIommuDoesNotTranslateIt(IommuMode iommu) {
        OneSwitch machine = new OneSwitch(iommu, NONE, AcsBit.RR);
        assertThat(machine.nicWrites(AddressKind.BUS_ADDRESS).disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
        assertThat(machine.nicWrites(AddressKind.BUS_ADDRESS).route().hops())
                .doesNotContain(new IommuHop(machine.hostBridge()));
    }

    @ParameterizedTest
    @EnumSource(IommuMode.class)
    void anAddressThatIsTranslatedMeetsTheIommuWhateverTheHostUsesForItsOwnDevices(IommuMode iommu) {
        OneSwitch machine = new OneSwitch(iommu, NONE);
        assertThat(machine.nicWrites(AddressKind.IOVA).route().hops()).contains(new IommuHop(machine.hostBridge()));
    }

    @Test
    void twoFunctionsBelowOneRootPortTurnThere() {
        Tree tree = new Tree().socket(Tree.XEON).hostBridge(IommuMode.TRANSLATING, "8086:2020");
        PciFunction port = tree.rootPort("rp0");
        PciFunction one = tree.endpoint("one", port);
        PciFunction other = tree.endpoint("other", port);
        Delivery delivery = new Routing(tree.fabric()).request(one, other, AddressKind.BUS_ADDRESS, true);
        assertThat(delivery.disposition()).isEqualTo(Disposition.DIRECT);
        assertThat(delivery.route().hops()).containsExactly(new LinkHop(port, true), new LinkHop(port, false));
    }

    @Test
    void aRedirectedRequestPassesTheSwitchAboveWithoutTurning() {
        Tree tree = new Tree().socket(Tree.XEON).hostBridge(IommuMode.OFF, "8086:2020");
        PciFunction upper = tree.upstreamPort("sw0", tree.rootPort("rp0"));
        PciFunction lower = tree.upstreamPort("sw1", tree.downstreamPort("dp0", upper));
        PciFunction one = tree.endpoint("one", tree.downstreamPort("dp1", lower, AcsBit.RR));
        PciFunction near = tree.endpoint("near", tree.downstreamPort("dp2", lower));
        PciFunction far = tree.endpoint("far", tree.downstreamPort("dp3", upper));
        Routing routing = new Routing(tree.fabric());
        assertThat(routing.request(one, near, AddressKind.BUS_ADDRESS, true).disposition())
                .isEqualTo(Disposition.VIA_ROOT_COMPLEX);
        assertThat(routing.request(one, far, AddressKind.BUS_ADDRESS, true).disposition())
                .as("the port with the redirect could not have turned it anyway")
                .isEqualTo(Disposition.DIRECT);
    }

    @Test
    void functionsOnOneConventionalBusNeedNoLink() {
        Tree tree = new Tree().socket(Tree.XEON).hostBridge(IommuMode.TRANSLATING, "8086:2020");
        PciFunction bridge = tree.pciBridge("bridge", tree.rootPort("rp0"));
        PciFunction one = tree.endpoint("one", bridge);
        PciFunction other = tree.endpoint("other", bridge);
        Delivery delivery = new Routing(tree.fabric()).request(one, other, AddressKind.BUS_ADDRESS, true);
        assertThat(delivery.disposition()).isEqualTo(Disposition.DIRECT);
        assertThat(delivery.route().hops()).isEmpty();
    }

    @Test
    void anIntegratedEndpointHasNoLink() {
        Tree tree = new Tree().socket(Tree.ZEN).hostBridge(IommuMode.OFF, "1022:1480");
        PciFunction dsa = tree.integrated("dsa");
        PciFunction port = tree.rootPort("rp0");
        PciFunction gpu = tree.endpoint("gpu", port);
        Delivery delivery = new Routing(tree.fabric()).request(dsa, gpu, AddressKind.BUS_ADDRESS, true);
        assertThat(delivery.disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
        assertThat(delivery.route().links()).containsExactly(new LinkHop(port, false));
    }

    @Test
    void betweenSocketsTheRoutePassesBothRootComplexes() {
        Tree tree = new Tree().socket(Tree.XEON).hostBridge(IommuMode.OFF, "8086:2020");
        PciFunction nicPort = tree.rootPort("rp0");
        PciFunction nic = tree.endpoint("nic", nicPort);
        tree.socket(Tree.XEON).hostBridge(IommuMode.OFF, "8086:2020");
        PciFunction gpuPort = tree.rootPort("rp1");
        PciFunction gpu = tree.endpoint("gpu", gpuPort);
        Fabric fabric = tree.fabric();
        Delivery delivery = new Routing(fabric).request(nic, gpu, AddressKind.BUS_ADDRESS, true);
        assertThat(delivery.route().hops())
                .containsExactly(
                        new LinkHop(nicPort, true),
                        new RootComplexHop(fabric.hostBridge(nic)),
                        new SocketHop("s0", "s1"),
                        new RootComplexHop(fabric.hostBridge(gpu)),
                        new LinkHop(gpuPort, false));
        assertThat(delivery.caveat()).isEmpty();
    }

    @Test
    void aRootComplexThatNoKernelListsIsNotKnownToForward() {
        assertThat(acrossRootPorts("8086:29c0").disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
        assertThat(acrossRootPorts("8086:29c0").caveat())
                .hasValueSatisfying(caveat -> assertThat(caveat).contains("GenuineIntel", "host bridge 0000:00"));
    }

    /** Sandy Bridge-E is in the kernel's list for functions below one host bridge only. */
    @Test
    void aSameBridgeEntryOfTheListCountsWithinTheBridge() {
        assertThat(acrossRootPorts("8086:3c00").caveat()).isEmpty();
    }

    private static Delivery acrossRootPorts(String hostBridge) {
        Tree tree = new Tree().socket(Tree.XEON).hostBridge(IommuMode.OFF, hostBridge);
        PciFunction nic = tree.endpoint("nic", tree.rootPort("rp0"));
        PciFunction gpu = tree.endpoint("gpu", tree.rootPort("rp1"));
        return new Routing(tree.fabric()).request(nic, gpu, AddressKind.BUS_ADDRESS, true);
    }

    /** PCIe base specification 6.12.3: Direct Translated P2P lets requests with AT 10b past the redirect. */
    @Test
    void aTranslatedRequestTurnsInTheSwitchWhereDirectTranslatedIsOn() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, NONE, AcsBit.RR, AcsBit.DT);
        Delivery delivery = machine.nicWrites(AddressKind.TRANSLATED);
        assertThat(delivery.disposition()).isEqualTo(Disposition.DIRECT);
        assertThat(delivery.reason()).contains("ACS DT on");
        assertThat(machine.nicWrites(AddressKind.IOVA).disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
    }

    @Test
    void aTranslatedRequestIsRedirectedWhereDirectTranslatedIsOffAndPassesTheIommuAsItIs() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, NONE, AcsBit.RR);
        Delivery delivery = machine.nicWrites(AddressKind.TRANSLATED);
        assertThat(delivery.disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
        assertThat(delivery.route().hops()).noneMatch(IommuHop.class::isInstance);
    }

    /** PCIe base specification 6.12.1.1, ACS Translation Blocking. */
    @Test
    void translationBlockingStopsATranslatedRequestAtThePortAndNoOther() {
        OneSwitch machine = new OneSwitch(IommuMode.TRANSLATING, NONE, AcsBit.TB, AcsBit.DT);
        Delivery write = machine.nicWrites(AddressKind.TRANSLATED);
        assertThat(write.disposition()).isEqualTo(Disposition.DROPPED);
        assertThat(write.route().hops())
                .containsExactly(new LinkHop(machine.nicPort, true), new Hop.AcsBlockHop(machine.nicPort));
        assertThat(machine.nicReads(AddressKind.TRANSLATED).disposition()).isEqualTo(Disposition.REFUSED);
        assertThat(machine.nicWrites(AddressKind.IOVA).disposition()).isEqualTo(Disposition.VIA_ROOT_COMPLEX);
    }
}
