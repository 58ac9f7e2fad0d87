package org.p2psim.dmabuf.exporter;

import static org.p2psim.dmabuf.Machine.done;

import java.util.Map;
import java.util.Set;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Machine;
import org.p2psim.unit.Bytes;

/** Functions that a user has through vfio-pci, on a machine that allows peer-to-peer DMA. */
final class VfioScene {
    static final AddressRange BAR0 = new AddressRange(0x3900_0000_0000L, 16 * Bytes.KIB);
    static final AddressRange BAR4 = new AddressRange(0x3a00_0000_0000L, 64 * Bytes.MIB);

    private VfioScene() {}

    private static String release(VfioProfile profile) {
        return profile == VfioProfile.V7_1 || profile == VfioProfile.V7_1_RC ? "7.1" : "6.19";
    }

    static Machine machine(VfioProfile profile, Set<Bug> bugs) {
        return new Machine(Machine.ALLOWED, release(profile), bugs);
    }

    static Machine machine(VfioProfile profile) {
        return machine(profile, profile.bugs());
    }

    static VfioPci device(Machine machine, VfioProfile profile, String name) {
        return new VfioPci(
                name,
                Machine.EXPORTER,
                Map.of(0, BAR0, 4, BAR4),
                machine.p2pdma(),
                Machine.identity(),
                profile,
                machine.kernel());
    }

    /** All of BAR 4. */
    static DmaBuf export(VfioPci device, String name) {
        return done(device.export(name, 4, 0, BAR4.size()));
    }
}
