package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Fence;

/** Memory that is given out in blocks, the lowest that fits first. */
final class Blocks {
    private final List<AddressRange> used = new ArrayList<>();
    private final List<Given> given = new ArrayList<>();
    private final List<String> takenEarly = new ArrayList<>();

    /** A block that was given back while something still used it. */
    private record Given(AddressRange block, String user, ImmutableList<Fence> uses) {
        private boolean isUsed() {
            return !uses.stream().allMatch(Fence::isSignalled);
        }
    }

    /** The lowest free block of a size inside of some memory. */
    Optional<AddressRange> take(AddressRange within, long size) {
        return find(within, size).map(block -> {
            given.removeIf(before -> !before.isUsed());
            given.stream()
                    .filter(before -> before.block().overlaps(block))
                    .forEach(before -> takenEarly.add(before.user()));
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

    /** @param uses what must be over before anybody else gets the block */
    void give(AddressRange block, String user, List<Fence> uses) {
        used.remove(block);
        given.add(new Given(block, user, ImmutableList.copyOf(uses)));
        given.removeIf(before -> !before.isUsed());
    }

    /** Whose blocks somebody else got while they were still in use. */
    ImmutableList<String> takenEarly() {
        return ImmutableList.copyOf(takenEarly);
    }
}
