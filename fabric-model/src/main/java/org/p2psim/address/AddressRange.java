package org.p2psim.address;

/**
 * A range of unsigned 64-bit addresses, {@code size} bytes from {@code base}; both are unsigned. A range may end at
 * 2^64 but not wrap beyond it.
 */
public record AddressRange(long base, long size) {
    public AddressRange {
        if (size == 0) {
            throw new IllegalArgumentException("an address range has at least one byte");
        }
        if (Long.compareUnsigned(base + size - 1, base) < 0) {
            throw new IllegalArgumentException(
                    "range at 0x%x of 0x%x bytes wraps around the address space".formatted(base, size));
        }
    }

    /** The last address of the range. */
    public long last() {
        return base + size - 1;
    }

    public boolean contains(long address) {
        return Long.compareUnsigned(address, base) >= 0 && Long.compareUnsigned(address, last()) <= 0;
    }

    public boolean contains(AddressRange other) {
        return contains(other.base) && contains(other.last());
    }

    public boolean overlaps(AddressRange other) {
        return contains(other.base) || other.contains(base);
    }

    /** First and last address, as {@code lspci} and {@code /proc/iomem} show a range. */
    @Override
    public String toString() {
        return "[0x%x-0x%x]".formatted(base, last());
    }
}
