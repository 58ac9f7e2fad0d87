package org.p2psim.virtual;

import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.topology.ResourceAssignment;
import org.p2psim.topology.ResourceAssignment.Request;
import org.p2psim.topology.Window;
import org.p2psim.unit.Bytes;

/**
 * What the guest kernel of a virtual machine sees: the tree that QEMU builds for its machine type, with the
 * passed-through functions in it. Ids and ACS as in QEMU 10.0 (hw/pci-host/q35.c, hw/pci-host/i440fx.c,
 * hw/pci-bridge/gen_pcie_root_port.c).
 *
 * @param fabric the guest's fabric
 * @param toHost guest address to host address of each passed-through function
 */
public record GuestView(Fabric fabric, ImmutableBiMap<Bdf, Bdf> toHost) {
    private static final DeviceId Q35_HOST_BRIDGE = DeviceId.parse("8086:29c0");
    private static final DeviceId I440FX_HOST_BRIDGE = DeviceId.parse("8086:1237");
    private static final DeviceId PCIE_ROOT_PORT = DeviceId.parse("1b36:000c");
    /** pcie-root-port offers these; without a virtual IOMMU no guest kernel turns one on. */
    private static final Acs ROOT_PORT_ACS = new Acs(
            AcsBit.SV.mask()
                    | AcsBit.TB.mask()
                    | AcsBit.RR.mask()
                    | AcsBit.CR.mask()
                    | AcsBit.UF.mask()
                    | AcsBit.DT.mask(),
            0);
    /** Away from the host's windows: an address of both would be claimed on its way to the IOMMU. */
    private static final long GUEST_WINDOW = 0x2000_0000_0000L;
    /** What host bridge and chipset leave of a root bus's 32 device numbers, on either machine type. */
    private static final int SLOTS = 30;
    /** Largest number of functions that fit the slots of a root bus. */
    public static final int PASSTHROUGH_MAX = SLOTS * 8;

    /**
     * The guest's view of a host's functions.
     *
     * @throws IllegalArgumentException if more functions are passed through than fit, or one twice, or their BARs don't
     *     fit
     */
    public static GuestView of(Fabric host, VirtualMachine machine) {
        if (machine.passthrough().size() > PASSTHROUGH_MAX) {
            throw new IllegalArgumentException("a guest takes %d functions at most".formatted(PASSTHROUGH_MAX));
        }
        if (ImmutableSet.copyOf(machine.passthrough()).size()
                < machine.passthrough().size()) {
            throw new IllegalArgumentException("a function is passed through twice");
        }
        List<PciFunction> functions = new ArrayList<>();
        List<Request> requests = new ArrayList<>();
        ImmutableBiMap.Builder<Bdf, Bdf> toHost = ImmutableBiMap.builder();
        functions.add(PciFunction.of(
                new Bdf(0, 0, 0, 0),
                hostBridgeId(machine),
                PortType.HOST_BRIDGE,
                Optional.empty(),
                -1,
                Optional.empty()));
        for (int i = 0; i < machine.passthrough().size(); i++) {
            PciFunction function = host.function(machine.passthrough().get(i));
            PciFunction guest = switch (machine.machine()) {
                case Q35 -> belowOwnRootPort(function, slot(machine, i), i + 1, functions);
                case I440FX -> onRootBus(function, slot(machine, i));
            };
            functions.add(guest);
            function.bars()
                    .forEach(bar -> requests.add(new Request(
                            guest.address(),
                            bar.index(),
                            bar.range().size(),
                            bar.prefetchable(),
                            OptionalLong.empty())));
            toHost.put(guest.address(), function.address());
        }
        Fabric fabric = Fabric.of(List.of(new Socket("vcpu", machine.vcpu())), List.of(hostBridge()), functions);
        return new GuestView(withBars(fabric, requests), toHost.buildOrThrow());
    }

    /** The guest's firmware places the BARs anew. */
    private static Fabric withBars(Fabric fabric, List<Request> requests) {
        ResourceAssignment.Result result = ResourceAssignment.assign(fabric, requests);
        if (!result.failures().isEmpty()) {
            throw new IllegalArgumentException(
                    "in the guest, " + result.failures().get(0).message());
        }
        return result.fabric();
    }

    /** Where the guest sees a function of the host; empty if it was not given it. */
    public Optional<Bdf> guestAddress(Bdf host) {
        return Optional.ofNullable(toHost.inverse().get(host));
    }

    private static DeviceId hostBridgeId(VirtualMachine machine) {
        return switch (machine.machine()) {
            case Q35 -> Q35_HOST_BRIDGE;
            case I440FX -> I440FX_HOST_BRIDGE;
        };
    }

    private static PciFunction belowOwnRootPort(PciFunction function, Bdf port, int bus, List<PciFunction> functions) {
        functions.add(PciFunction.of(
                        port, PCIE_ROOT_PORT, PortType.ROOT_PORT, Optional.empty(), bus, Optional.of(ROOT_PORT_ACS))
                .named("root-port-" + bus));
        return placed(function, new Bdf(0, bus, 0, 0), Optional.of(port), function.type());
    }

    /** Behind a conventional host bridge QEMU hides the PCI Express capability and everything beyond 256 bytes. */
    private static PciFunction onRootBus(PciFunction function, Bdf slot) {
        return placed(function.withAcs(Optional.empty()), slot, Optional.empty(), PortType.LEGACY_ENDPOINT);
    }

    private static PciFunction placed(PciFunction function, Bdf address, Optional<Bdf> port, PortType type) {
        return new PciFunction(
                address,
                function.name(),
                function.id(),
                type,
                port,
                -1,
                function.acs(),
                Optional.empty(),
                function.latency(),
                List.of(),
                List.of());
    }

    /**
     * The address on the root bus. The chipset is device 1f of a q35 (ICH9) and device 01 of an i440fx (PIIX3). Once
     * the slots run out, neighbours stand side by side as functions of one device: so the firmware, which numbers buses
     * by device and function, numbers them in the order of the list.
     */
    private static Bdf slot(VirtualMachine machine, int index) {
        int perSlot = (machine.passthrough().size() + SLOTS - 1) / SLOTS;
        int first = switch (machine.machine()) {
            case Q35 -> 1;
            case I440FX -> 2;
        };
        return new Bdf(0, 0, first + index / perSlot, index % perSlot);
    }

    private static HostBridge hostBridge() {
        return new HostBridge(
                "guest",
                "vcpu",
                0,
                0,
                IommuMode.OFF,
                0,
                256,
                List.of(
                        new Window(new AddressRange(0xc000_0000L, 0x3ec0_0000L), false),
                        new Window(new AddressRange(GUEST_WINDOW, 8 * Bytes.TIB), true)));
    }
}
