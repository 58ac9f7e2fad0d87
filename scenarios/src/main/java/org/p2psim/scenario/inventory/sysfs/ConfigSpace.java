package org.p2psim.scenario.inventory.sysfs;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.SysfsLink;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PortType;

/**
 * The {@code config} file of a function, as far as the kernel gave it: 64 bytes to everybody, 256 or 4096 to root.
 * Offsets and fields as in linux/pci_regs.h.
 */
final class ConfigSpace {
    private static final int HEADER_BYTES = 64;
    private static final int EXTENDED = 0x100;

    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY = 0x2;
    private static final int STATUS = 0x06;
    private static final int STATUS_CAPABILITIES = 0x10;
    private static final int CLASS = 0x09;
    private static final int HEADER_TYPE = 0x0e;
    private static final int FIRST_BAR = 0x10;
    private static final int SECONDARY_BUS = 0x19;
    private static final int SUBORDINATE_BUS = 0x1a;
    private static final int FIRST_CAPABILITY = 0x34;

    private static final int EXPRESS = 0x10;
    private static final int EXTENDED_AER = 0x01;
    private static final int EXTENDED_ACS = 0x0d;
    private static final int EXTENDED_ATS = 0x0f;
    private static final int EXTENDED_SRIOV = 0x10;
    private static final int EXTENDED_RESIZABLE_BAR = 0x15;

    private final byte[] bytes;
    private final int express;

    private ConfigSpace(byte[] bytes) {
        this.bytes = bytes;
        this.express = find(EXPRESS);
    }

    /** Configuration space as captured; nothing is known of it if it was not, or if the function did not answer. */
    static ConfigSpace of(byte[] captured) {
        if (captured.length < HEADER_BYTES || filled(captured, 0, HEADER_BYTES, 0xff)) {
            return new ConfigSpace(new byte[0]);
        }
        // tar asks for the size, hears 256 or 4096, is given 64 bytes and fills the rest with zeros.
        boolean padded = filled(captured, HEADER_BYTES, captured.length, 0);
        return new ConfigSpace(padded ? Arrays.copyOf(captured, HEADER_BYTES) : captured);
    }

    private static boolean filled(byte[] bytes, int from, int to, int value) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != (byte) value) {
                return false;
            }
        }
        return true;
    }

    boolean isKnown() {
        return bytes.length > 0;
    }

    /** Whether there is more than the header, which everybody may read. */
    boolean hasCapabilities() {
        return isKnown() && (!listsCapabilities() || bytes.length > HEADER_BYTES);
    }

    /** Of a virtual function ffff:ffff, which stands for nothing here either. */
    DeviceId id() {
        return new DeviceId(word(0), word(2));
    }

    int classCode() {
        return word(CLASS + 1) << 8 | octet(CLASS);
    }

    boolean decodesMemory() {
        return (word(COMMAND) & COMMAND_MEMORY) != 0;
    }

    OptionalInt secondaryBus() {
        return bus(SECONDARY_BUS);
    }

    OptionalInt subordinateBus() {
        return bus(SUBORDINATE_BUS);
    }

    private OptionalInt bus(int offset) {
        return isBridge() && octet(offset) != 0 ? OptionalInt.of(octet(offset)) : OptionalInt.empty();
    }

    /** The address in a memory BAR; 0 if it has none. */
    long bar(int index, boolean is64Bit) {
        int offset = FIRST_BAR + 4 * index;
        long low = dword(offset) & ~0xfL;
        return is64Bit ? dword(offset + 4) << 32 | low : low;
    }

    private boolean isBridge() {
        return isKnown() && (octet(HEADER_TYPE) & 0x7f) == 1;
    }

    /** Whether there is a PCI Express capability; empty if that was not captured. */
    Optional<Boolean> express() {
        return hasCapabilities() ? Optional.of(express != 0) : Optional.empty();
    }

    /** Device/Port Type; empty if not captured, or if it contradicts the header, as some root complexes' own functions do. */
    Optional<PortType> type() {
        if (express == 0) {
            return Optional.empty();
        }
        Optional<PortType> type = Optional.ofNullable(
                switch (word(express + 2) >> 4 & 0xf) {
                    case 0x0 -> PortType.ENDPOINT;
                    case 0x1 -> PortType.LEGACY_ENDPOINT;
                    case 0x4 -> PortType.ROOT_PORT;
                    case 0x5 -> PortType.UPSTREAM_PORT;
                    case 0x6 -> PortType.DOWNSTREAM_PORT;
                    case 0x7, 0x8 -> PortType.PCIE_TO_PCI_BRIDGE;
                    case 0x9, 0xa -> PortType.RC_INTEGRATED_ENDPOINT;
                    default -> null;
                });
        return type.filter(read -> read.isBridge() == isBridge());
    }

    /** Says what the capabilities say: link, payload sizes, ACS, ATS. */
    void decode(FoundFunction.Builder function) {
        if (!hasCapabilities()) {
            return;
        }
        if (express == 0) {
            // Extended configuration space, and ACS with it, is for functions with a PCI Express capability.
            function.acs(Optional.empty()).ats(false);
            return;
        }
        decodeExpress(function);
        if (bytes.length > EXTENDED && dword(EXTENDED) != 0xffffffffL) {
            function.acs(Optional.empty()).ats(false);
            decodeExtended(function);
        }
    }

    private void decodeExpress(FoundFunction.Builder function) {
        int control = word(express + 0x08);
        if ((control >> 5 & 7) <= 5 && (control >> 12 & 7) <= 5) {
            function.mps(128 << (control >> 5 & 7)).mrrs(128 << (control >> 12 & 7));
        }
        if (type().equals(Optional.of(PortType.RC_INTEGRATED_ENDPOINT))) {
            return;
        }
        SysfsLink.of((int) dword(express + 0x0c) & 0xf, (int) dword(express + 0x0c) >> 4 & 0x3f)
                .ifPresent(function::linkCapability);
        SysfsLink.of(word(express + 0x12) & 0xf, word(express + 0x12) >> 4 & 0x3f)
                .ifPresent(function::linkStatus);
    }

    private void decodeExtended(FoundFunction.Builder function) {
        int offset = EXTENDED;
        // A list that does not end visits every place at most once.
        for (int steps = 0; offset >= EXTENDED && steps < (4096 - EXTENDED) / 4; steps++) {
            long header = dword(offset);
            switch ((int) header & 0xffff) {
                case EXTENDED_AER -> function.capability("AER");
                case EXTENDED_ACS ->
                    function.acs(Optional.of(new Acs(word(offset + 4) & 0x7f, word(offset + 6) & 0x7f)));
                case EXTENDED_ATS -> function.ats(true);
                case EXTENDED_SRIOV -> function.capability("SR-IOV");
                case EXTENDED_RESIZABLE_BAR -> function.capability("Resizable BAR");
                default -> {}
            }
            offset = (int) (header >> 20) & 0xffc;
        }
    }

    private boolean listsCapabilities() {
        return isKnown() && (word(STATUS) & STATUS_CAPABILITIES) != 0;
    }

    private int find(int capability) {
        if (!listsCapabilities()) {
            return 0;
        }
        int offset = octet(FIRST_CAPABILITY) & 0xfc;
        for (int steps = 0; offset >= HEADER_BYTES && steps < (EXTENDED - HEADER_BYTES) / 4; steps++) {
            if (octet(offset) == capability) {
                return offset;
            }
            offset = octet(offset + 1) & 0xfc;
        }
        return 0;
    }

    /** 0 beyond what was captured. */
    private int octet(int offset) {
        return offset < bytes.length ? bytes[offset] & 0xff : 0;
    }

    private int word(int offset) {
        return octet(offset) | octet(offset + 1) << 8;
    }

    private long dword(int offset) {
        return word(offset) | (long) word(offset + 2) << 16;
    }
}
