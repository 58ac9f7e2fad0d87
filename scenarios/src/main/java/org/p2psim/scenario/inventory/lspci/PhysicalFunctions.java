package org.p2psim.scenario.inventory.lspci;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.config.Express;
import org.p2psim.scenario.inventory.config.VirtualFunctions;

/** Which functions are virtual, and whose: routing ids from the SR-IOV capabilities (SR-IOV 1.1, 3.3.9 to 3.3.11). */
final class PhysicalFunctions {
    /** As many routing ids are looked at, whatever the capabilities claim: those of 16 domains. */
    private static final int MOST_ROUTING_IDS = 1 << 20;

    private static final int LAST_ROUTING_ID = 0xffff;

    private final Map<Bdf, Reading> functions;
    private final Map<Bdf, Bdf> physical = new HashMap<>();
    private int looked;

    PhysicalFunctions(Map<Bdf, Reading> functions) {
        this.functions = functions;
        functions.forEach((address, reading) ->
                reading.capabilities().virtualFunctions().ifPresent(virtual -> collect(address, virtual)));
    }

    private void collect(Bdf address, VirtualFunctions virtual) {
        int id = (address.bus() << 8 | address.device() << 3 | address.function()) + virtual.offset();
        for (int i = 0; i < virtual.count() && id <= LAST_ROUTING_ID && looked < MOST_ROUTING_IDS; i++) {
            looked++;
            Bdf function = new Bdf(address.domain(), id >> 8, id >> 3 & 0x1f, id & 7);
            if (functions.containsKey(function) && !function.equals(address)) {
                physical.putIfAbsent(function, address);
            }
            id += virtual.stride();
        }
    }

    Optional<Bdf> of(Bdf address) {
        return Optional.ofNullable(physical.get(address));
    }

    /** A virtual function's own registers say nothing of these: its physical function's apply. */
    Optional<DeviceId> id(Bdf address, GroupedNotes notes) {
        Optional<Reading> owner = owner(address);
        Optional<DeviceId> id = owner.flatMap(reading -> reading.identity().id())
                .flatMap(device -> owner.flatMap(
                                reading -> reading.capabilities().virtualFunctions())
                        .map(virtual -> new DeviceId(device.vendor(), virtual.deviceId())))
                .filter(DeviceId::isKnown);
        if (id.isPresent()) {
            notes.add(
                    Note.Kind.SOURCE,
                    "ids of virtual functions are those in their physical function's SR-IOV capability",
                    "SR-IOV 1.1, 3.3.12 and 3.4.1.1",
                    address);
        }
        return id;
    }

    OptionalInt mps(Bdf address) {
        return owner(address)
                .flatMap(reading -> reading.capabilities().express())
                .map(Express::mps)
                .orElse(OptionalInt.empty());
    }

    OptionalInt mrrs(Bdf address) {
        return owner(address)
                .flatMap(reading -> reading.capabilities().express())
                .map(Express::mrrs)
                .orElse(OptionalInt.empty());
    }

    private Optional<Reading> owner(Bdf address) {
        return of(address).map(functions::get);
    }
}
