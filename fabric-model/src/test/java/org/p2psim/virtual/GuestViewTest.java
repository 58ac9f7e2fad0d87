package org.p2psim.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.virtual.VirtualMachine.MachineType;

/** Outcomes as booted kernels gave them under QEMU 10.0 for q35, i440fx and Zen vCPUs (6.12.107 and 7.2.12). */
class GuestViewTest {
    private static final Bdf ACCELERATOR = Bdf.parse("19:00.0");
    private static final Bdf NIC = Bdf.parse("1a:00.0");

    private static Verdict inGuest(MachineType machine, String vendor, int family) {
        VirtualMachine vm = new VirtualMachine(
                machine, List.of(ACCELERATOR, NIC), new Cpu(vendor, family, 1), KernelRelease.parse("6.12.107"));
        GuestView guest = GuestView.of(hostWithOneSwitch(), vm);
        return new P2pdma(guest.fabric(), vm.vcpu(), KernelRules.of(vm.kernel()))
                .verdict(
                        guest.guestAddress(ACCELERATOR).orElseThrow(),
                        guest.guestAddress(NIC).orElseThrow());
    }

    @Test
    void aQ35GuestSeesTwoRootPortsAndRefuses() {
        Verdict verdict = inGuest(MachineType.Q35, "GenuineIntel", 6);
        assertThat(verdict.mapType()).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(verdict.hops()).isEqualTo(4);
        assertThat(verdict.reason()).contains("8086:29c0");
    }

    @Test
    void anI440fxGuestSeesBothOnTheRootBusAndRefuses() {
        Verdict verdict = inGuest(MachineType.I440FX, "GenuineIntel", 6);
        assertThat(verdict.mapType()).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(verdict.hops()).isEqualTo(2);
        assertThat(verdict.reason()).contains("8086:1237");
    }

    @Test
    void aZenVcpuMakesTheGuestAllowTheHostBridge() {
        Verdict verdict = inGuest(MachineType.Q35, "AuthenticAMD", 25);
        assertThat(verdict.mapType()).isEqualTo(MapType.THRU_HOST_BRIDGE);
        assertThat(verdict.distance()).hasValue(4);
    }

    @Test
    void qemusDefaultCpuIsAmdOfFamily15AndIsNoZen() {
        assertThat(inGuest(MachineType.Q35, "AuthenticAMD", 15).mapType()).isEqualTo(MapType.NOT_SUPPORTED);
    }

    @Test
    void anI440fxGuestLeavesDeviceOneToItsChipset() {
        // QEMU: "PCI: slot 1 function 0 not available for ..., in use by PIIX3".
        GuestView guest = GuestView.of(hostWithEndpoints(30), allOf(30, MachineType.I440FX));
        assertThat(guest.toHost().keySet()).first().isEqualTo(Bdf.parse("00:02.0"));
        assertThat(guest.toHost()).containsKey(Bdf.parse("00:1f.0")).hasSize(30);
    }

    @Test
    void aQ35GuestLeavesDevice1fToItsChipset() {
        GuestView guest = GuestView.of(hostWithEndpoints(30), allOf(30, MachineType.Q35));
        assertThat(rootPorts(guest)).startsWith("0000:00:01.0 01").endsWith("0000:00:1e.0 1e");
    }

    @Test
    void rootPortsThatShareSlotsHaveBusesInTheOrderOfDeviceAndFunction() {
        // As SeaBIOS 1.16 numbered them below QEMU 7.2 with these root ports.
        GuestView guest = GuestView.of(hostWithEndpoints(31), allOf(31, MachineType.Q35));
        assertThat(rootPorts(guest))
                .hasSize(31)
                .startsWith("0000:00:01.0 01", "0000:00:01.1 02", "0000:00:02.0 03")
                .endsWith("0000:00:0f.1 1e", "0000:00:10.0 1f");
    }

    @Test
    void thirtySlotsOfEightFunctionsAreTheMost() {
        GuestView guest = GuestView.of(hostWithEndpoints(240), allOf(240, MachineType.Q35));
        assertThat(rootPorts(guest)).endsWith("0000:00:1e.7 f0");
        assertThatThrownBy(() -> GuestView.of(hostWithEndpoints(241), allOf(241, MachineType.Q35)))
                .hasMessageContaining("240");
    }

    private static List<String> rootPorts(GuestView guest) {
        return guest.fabric().functions().stream()
                .filter(function -> function.type() == PortType.ROOT_PORT)
                .map(port -> "%s %02x".formatted(port.address(), port.secondaryBus()))
                .toList();
    }

    private static VirtualMachine allOf(int count, MachineType type) {
        List<Bdf> all = hostWithEndpoints(count).endpoints().stream()
                .map(PciFunction::address)
                .toList();
        return new VirtualMachine(type, all, new Cpu("GenuineIntel", 6, 85), KernelRelease.parse("6.1"));
    }

    private static Fabric hostWithEndpoints(int count) {
        List<PciFunction> endpoints = IntStream.range(0, count)
                .mapToObj(i -> PciFunction.of(
                        new Bdf(0, 0, i / 8, i % 8),
                        DeviceId.parse("10de:2330"),
                        PortType.RC_INTEGRATED_ENDPOINT,
                        Optional.empty(),
                        -1,
                        Optional.empty()))
                .toList();
        return Fabric.of(
                List.of(new Socket("s0", new Cpu("GenuineIntel", 6, 85))),
                List.of(new HostBridge("rc0", "s0", 0, 0, IommuMode.TRANSLATING, 0, 64, List.of())),
                endpoints);
    }

    private static Fabric hostWithOneSwitch() {
        DeviceId plx = DeviceId.parse("10b5:8747");
        Bdf rootPort = Bdf.parse("16:01.0");
        Bdf upstream = Bdf.parse("17:00.0");
        Bdf first = Bdf.parse("18:00.0");
        Bdf second = Bdf.parse("18:01.0");
        return Fabric.of(
                List.of(new Socket("s0", new Cpu("GenuineIntel", 6, 85))),
                List.of(new HostBridge("rc0", "s0", 0, 0x16, IommuMode.TRANSLATING, 0, 64, List.of())),
                List.of(
                        port(rootPort, DeviceId.parse("8086:2030"), PortType.ROOT_PORT, null, 0x17),
                        port(upstream, plx, PortType.UPSTREAM_PORT, rootPort, 0x18),
                        port(first, plx, PortType.DOWNSTREAM_PORT, upstream, 0x19),
                        endpoint(ACCELERATOR, "1da3:1000", first),
                        port(second, plx, PortType.DOWNSTREAM_PORT, upstream, 0x1a),
                        endpoint(NIC, "15b3:101b", second)));
    }

    private static PciFunction port(
            Bdf at, DeviceId id, PortType type, @org.jspecify.annotations.Nullable Bdf above, int secondary) {
        return PciFunction.of(at, id, type, Optional.ofNullable(above), secondary, Optional.empty());
    }

    private static PciFunction endpoint(Bdf at, String id, Bdf above) {
        return PciFunction.of(at, DeviceId.parse(id), PortType.ENDPOINT, Optional.of(above), -1, Optional.empty());
    }
}
