package org.p2psim.dmabuf.exporter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;

/** Memory that is given out in blocks, the lowest that fits first. */
final class Blocks {
    private final List<AddressRange> used = new ArrayList<>();

    /** The lowest free block of a size inside of some memory. */
    Optional<AddressRange> take(AddressRange within, long size) {
        return find(within, size).map(block -> {
            used.add(block);
            used.sort(Comparator.comparing(AddressRange::base, Long::compareUnsigned));
            return block;
        });
    }

    private Optional<AddressRange> find(AddressRange within, long size) {
        long start = within.base();
        for (AddressRange block : used) {
            if (block.overlaps(within) && Long.compareUnsigned(block.last(), start) >= 0) {
                if (Long.compareUnsigned(block.base(), start) > 0
                        && Long.compareUnsigned(size, block.base() - start) <= 0) {
                    return Optional.of(new AddressRange(start, size));
                }
                start = block.last() + 1;
            }
        }
        boolean fits = within.contains(start) && Long.compareUnsigned(size, within.last() - start + 1) <= 0;
        return fits ? Optional.of(new AddressRange(start, size)) : Optional.empty();
    }

    void give(AddressRange block) {
        used.remove(block);
    }
}
