package org.p2psim.scenario.inventory.rdmatopo;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/**
 * The configuration space of a function as sysfs shows it: 64 bytes without root, else 256 or 4096 (layout: PCI Express
 * base specification 7.5 to 7.7; PCI-to-PCI bridge specification 3.2).
 */
final class ConfigSpace {
    static final int BYTES_MIN = 64;
    static final int BYTES_MAX = 4096;

    private static final int LEGACY_BYTES = 256;
    private static final int COMMAND = 0x04;
    private static final int STATUS = 0x06;
    private static final int HEADER_TYPE = 0x0e;
    private static final int FIRST_BAR = 0x10;
    private static final int CAPABILITIES_POINTER = 0x34;
    private static final int EXPRESS = 0x10;
    private static final int EXTENDED_ACS = 0x0d;
    private static final int EXTENDED_ATS = 0x0f;
    private static final ImmutableMap<Integer, String> EXTENDED_NAMES = ImmutableMap.of(
            0x01, "AER", 0x10, "SR-IOV", 0x13, "PRI", 0x15, "Resizable BAR", 0x1b, "PASID", 0x1d, "DPC");
    private static final int NONE = 0;
    private static final int NOT_CAPTURED = -1;

    private final ByteBuffer bytes;
    /** Where the PCI Express capability is. */
    private final int express;

    /** What was read: {@link #BYTES_MIN} to {@link #BYTES_MAX} bytes. */
    ConfigSpace(byte[] content) {
        bytes = ByteBuffer.wrap(content.clone()).order(ByteOrder.LITTLE_ENDIAN);
        express = express();
    }

    private int byteAt(int offset) {
        return bytes.get(offset) & 0xff;
    }

    private int wordAt(int offset) {
        return bytes.getShort(offset) & 0xffff;
    }

    private long doubleWordAt(int offset) {
        return bytes.getInt(offset) & 0xffff_ffffL;
    }

    /** False if every register reads as all ones: nobody was there to answer. */
    boolean answered() {
        for (int offset = 0; offset < BYTES_MIN; offset++) {
            if (byteAt(offset) != 0xff) {
                return true;
            }
        }
        return false;
    }

    /** Whether it goes on after the header: only root can read that. */
    boolean hasCapabilities() {
        return answered() && bytes.capacity() >= LEGACY_BYTES;
    }

    boolean isBridge() {
        return answered() && (byteAt(HEADER_TYPE) & 0x7f) == 1;
    }

    int secondaryBus() {
        return byteAt(0x19);
    }

    int subordinateBus() {
        return byteAt(0x1a);
    }

    /** From the PCI Express capability; empty if there is none, or it contradicts the header. */
    Optional<PortType> portType() {
        if (express <= 0) {
            return Optional.empty();
        }
        PortType type = switch (wordAt(express + 2) >> 4 & 0xf) {
            case 0 -> PortType.ENDPOINT;
            case 1 -> PortType.LEGACY_ENDPOINT;
            case 4 -> PortType.ROOT_PORT;
            case 5 -> PortType.UPSTREAM_PORT;
            case 6 -> PortType.DOWNSTREAM_PORT;
            case 9, 10 -> PortType.RC_INTEGRATED_ENDPOINT;
            default -> isBridge() ? PortType.PCIE_TO_PCI_BRIDGE : PortType.LEGACY_ENDPOINT;
        };
        return type.isBridge() == isBridge() ? Optional.of(type) : Optional.empty();
    }

    /** Empty without the capability, {@link Acs#NOT_KNOWN} if that cannot be said. */
    Optional<Acs> acs() {
        int offset = extended(EXTENDED_ACS);
        return switch (offset) {
            case NONE -> Optional.empty();
            case NOT_CAPTURED -> Optional.of(Acs.NOT_KNOWN);
            default -> Optional.of(new Acs(wordAt(offset + 4) & 0x7f, wordAt(offset + 6) & 0x7f));
        };
    }

    /** Whether there is an ATS capability; empty if that cannot be said. */
    Optional<Boolean> ats() {
        int offset = extended(EXTENDED_ATS);
        return offset == NOT_CAPTURED ? Optional.empty() : Optional.of(offset != NONE);
    }

    /** Other capabilities by their usual short names. */
    ImmutableSet<String> capabilities() {
        return EXTENDED_NAMES.entrySet().stream()
                .filter(name -> extended(name.getKey()) > 0)
                .map(Map.Entry::getValue)
                .collect(ImmutableSet.toImmutableSet());
    }

    Optional<Link> linkCapability() {
        return express > 0 ? link((int) doubleWordAt(express + 0x0c)) : Optional.empty();
    }

    Optional<Link> linkStatus() {
        return express > 0 ? link(wordAt(express + 0x12)) : Optional.empty();
    }

    private static Optional<Link> link(int register) {
        try {
            return Optional.of(new Link(register & 0xf, register >> 4 & 0x3f));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    OptionalInt mps() {
        return express > 0 ? bytesOfCode(wordAt(express + 0x08) >> 5) : OptionalInt.empty();
    }

    OptionalInt mrrs() {
        return express > 0 ? bytesOfCode(wordAt(express + 0x08) >> 12) : OptionalInt.empty();
    }

    private static OptionalInt bytesOfCode(int field) {
        int code = field & 7;
        return code <= 5 ? OptionalInt.of(128 << code) : OptionalInt.empty();
    }

    /** Memory BARs; configuration space does not say their sizes. */
    ImmutableList<FoundBar> bars() {
        if (!answered() || (byteAt(HEADER_TYPE) & 0x7f) > 1) {
            return ImmutableList.of();
        }
        boolean decodes = (wordAt(COMMAND) & 2) != 0;
        ImmutableList.Builder<FoundBar> bars = ImmutableList.builder();
        int count = isBridge() ? 2 : 6;
        for (int index = 0; index < count; index++) {
            long low = doubleWordAt(FIRST_BAR + 4 * index);
            boolean io = (low & 1) != 0;
            boolean is64Bit = !io && (low & 6) == 4 && index + 1 < count;
            int own = index;
            if (is64Bit) {
                index++;
            }
            if (io || low == 0) {
                continue;
            }
            long high = is64Bit ? doubleWordAt(FIRST_BAR + 4 * index) << 32 : 0;
            long base = high | (low & ~0xfL);
            bars.add(new FoundBar(own, base, OptionalLong.empty(), (low & 8) != 0, is64Bit, decodes && base != 0));
        }
        return bars.build();
    }

    /** Of bridges; without those that were never set up. */
    ImmutableList<Window> windows() {
        if (!isBridge()) {
            return ImmutableList.of();
        }
        ImmutableList.Builder<Window> windows = ImmutableList.builder();
        window(0, wordAt(0x20), 0, wordAt(0x22), false).ifPresent(windows::add);
        boolean is64Bit = (wordAt(0x24) & 0xf) == 1;
        long highBase = is64Bit ? doubleWordAt(0x28) : 0;
        long highLimit = is64Bit ? doubleWordAt(0x2c) : 0;
        window(highBase, wordAt(0x24), highLimit, wordAt(0x26), true).ifPresent(windows::add);
        return windows.build();
    }

    private static Optional<Window> window(long highBase, int base, long highLimit, int limit, boolean prefetchable) {
        long first = highBase << 32 | (long) (base & 0xfff0) << 16;
        long last = highLimit << 32 | (long) (limit & 0xfff0) << 16 | 0xfffff;
        boolean neverSetUp = first == 0 && last == 0xfffff;
        if (neverSetUp || Long.compareUnsigned(first, last) > 0 || first == 0 && last == -1) {
            return Optional.empty();
        }
        return Optional.of(new Window(new AddressRange(first, last - first + 1), prefetchable));
    }

    private int express() {
        if (!hasCapabilities()) {
            return NOT_CAPTURED;
        }
        boolean hasList = (wordAt(STATUS) & 0x10) != 0;
        BitSet seen = new BitSet();
        int offset = hasList ? byteAt(CAPABILITIES_POINTER) & 0xfc : 0;
        while (offset >= 0x40 && !seen.get(offset)) {
            if (byteAt(offset) == EXPRESS && offset + 0x14 <= LEGACY_BYTES) {
                return offset;
            }
            seen.set(offset);
            offset = byteAt(offset + 1) & 0xfc;
        }
        return NONE;
    }

    /** Where an extended capability is: they are linked in any order. A conventional function has none. */
    private int extended(int id) {
        if (express <= 0) {
            return express;
        }
        BitSet seen = new BitSet();
        int offset = 0x100;
        while (offset >= 0x100 && !seen.get(offset)) {
            if (offset + 8 > bytes.capacity()) {
                return NOT_CAPTURED;
            }
            long header = doubleWordAt(offset);
            if (header == 0xffff_ffffL) {
                return NOT_CAPTURED;
            }
            if ((header & 0xffff) == id) {
                return offset;
            }
            seen.set(offset);
            offset = (int) (header >> 20) & 0xffc;
        }
        return NONE;
    }
}
