package org.p2psim.scenario.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Plan;
import org.p2psim.virtual.GuestView;
import org.p2psim.virtual.VirtualMachine.MachineType;

/**
 * The PCI tree that a VMM builds of what it is told, with its checks (QEMU hw/pci/pci.c and hw/pci/pcie_port.c) and the
 * firmware's bus numbers: by device and function, from 1 on.
 */
final class GuestTree {
    private static final int CHASSIS_MAX = 255;

    private final Map<Integer, Slot> rootBus = new TreeMap<>();
    private final Map<String, Bdf> below = new TreeMap<>();
    private final Set<String> chassisAndSlots = new HashSet<>();

    private record Slot(boolean multifunction, Optional<String> rootPort, Optional<Bdf> host) {}

    /** A passed-through function: where the guest has it, the root port above it, and where the host has it. */
    record Place(Bdf guest, Optional<Bdf> rootPort, Bdf host) {}

    void rootPort(String id, int devfn, boolean multifunction, int chassis, int slot) {
        assertThat(chassis).isBetween(0, CHASSIS_MAX);
        assertThat(chassisAndSlots.add(chassis + "/" + slot))
                .as("chassis and slot")
                .isTrue();
        put(devfn, new Slot(multifunction, Optional.of(id), Optional.empty()));
    }

    void onRootBus(Bdf host, int devfn, boolean multifunction) {
        put(devfn, new Slot(multifunction, Optional.empty(), Optional.of(host)));
    }

    void belowRootPort(String id, Bdf host) {
        assertThat(rootBus.values()).anyMatch(slot -> slot.rootPort().equals(Optional.of(id)));
        assertThat(below.put(id, host)).as("one device below a port").isNull();
    }

    private void put(int devfn, Slot slot) {
        assertThat(rootBus.put(devfn, slot)).as("one function at %x", devfn).isNull();
    }

    /** The functions by guest address, if QEMU starts at all. */
    List<Place> places(MachineType machine) {
        Set<Integer> chipset = switch (machine) {
            case Q35 -> Set.of(0x00, 0x1f);
            case I440FX -> Set.of(0x00, 0x01);
        };
        List<Place> places = new ArrayList<>();
        int bus = 0;
        for (Map.Entry<Integer, Slot> entry : rootBus.entrySet()) {
            int devfn = entry.getKey();
            Slot slot = entry.getValue();
            assertThat(chipset).doesNotContain(devfn >> 3);
            if ((devfn & 7) != 0) {
                assertThat(rootBus.get(devfn & ~7))
                        .isNotNull()
                        .extracting(Slot::multifunction)
                        .isEqualTo(true);
            }
            Bdf at = new Bdf(0, 0, devfn >> 3, devfn & 7);
            if (slot.rootPort().isPresent()) {
                bus++;
                Bdf host = Objects.requireNonNull(below.get(slot.rootPort().get()));
                places.add(new Place(new Bdf(0, bus, 0, 0), Optional.of(at), host));
            } else {
                places.add(new Place(at, Optional.empty(), slot.host().orElseThrow()));
            }
        }
        return places;
    }

    /** The same of the tree that the model works with. */
    static List<Place> modelled(Plan plan) {
        GuestView view = GuestView.of(plan.fabric(), plan.virtualMachine().orElseThrow());
        return view.fabric().endpoints().stream()
                .map(function -> new Place(
                        function.address(),
                        function.upstreamBridge(),
                        Objects.requireNonNull(view.toHost().get(function.address()))))
                .sorted(Comparator.comparing(Place::guest))
                .toList();
    }
}
