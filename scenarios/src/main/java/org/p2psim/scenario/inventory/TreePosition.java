package org.p2psim.scenario.inventory;

import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.topology.PortType;

/**
 * What a dump that nests its functions says about the place of one of them, and so about its port type.
 *
 * @param parent the bridge that the dump shows it below
 * @param onRootBus false also if that is not known
 * @param classCode base class, subclass and programming interface; 0 if not known
 * @param secondaryBus bridges: the bus below, if known
 * @param express whether it has a PCI Express capability; empty if not known
 * @param type read from its PCI Express capability, if that was captured
 */
public record TreePosition(
        Bdf address,
        Optional<Bdf> parent,
        boolean onRootBus,
        int classCode,
        OptionalInt secondaryBus,
        Optional<Boolean> express,
        Optional<PortType> type) {
    private static final int HOST_BRIDGE = 0x0600;
    private static final int PCI_BRIDGE = 0x0604;
    /** The programming interface of conventional bridges that decode subtractively. */
    private static final int SUBTRACTIVE = 0x01;

    /** Whether it is a PCI-to-PCI bridge, by its class. */
    public boolean isBridge() {
        return classCode >> 8 == PCI_BRIDGE;
    }

    boolean isHostBridge() {
        return classCode >> 8 == HOST_BRIDGE;
    }

    boolean isConventional() {
        return express.equals(Optional.of(false)) || isBridge() && (classCode & 0xff) == SUBTRACTIVE;
    }
}
