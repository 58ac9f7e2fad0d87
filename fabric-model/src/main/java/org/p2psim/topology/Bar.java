package org.p2psim.topology;

import org.p2psim.address.AddressRange;

/**
 * A memory base address register, placed: index 0 to 5 and the range it decodes, in CPU physical addresses. The size
 * is a power of two, 16 bytes at least, and the base a multiple of it (PCI local bus specification 3.0, 6.2.5.1).
 */
public record Bar(int index, AddressRange range, boolean prefetchable) {
    public Bar {
        if (index < 0 || index > 5) {
            throw new IllegalArgumentException("BAR index must be 0 to 5, not " + index);
        }
        if (Long.bitCount(range.size()) != 1 || Long.compareUnsigned(range.size(), 16) < 0) {
            throw new IllegalArgumentException(
                    "BAR %d: size must be a power of two, 16 bytes at least".formatted(index));
        }
        if ((range.base() & (range.size() - 1)) != 0) {
            throw new IllegalArgumentException(
                    "BAR %d: base 0x%x is not a multiple of its size".formatted(index, range.base()));
        }
    }
}
