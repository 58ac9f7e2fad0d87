package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.platform.Errno;

/** A part of a BAR that a user asks to export: offset and length in bytes, both unsigned. */
public record VfioSlice(long offset, long length) {
    /** {@code VFIO_PCI_ROM_REGION_INDEX}: the regions before it are BARs. */
    private static final int ROM_REGION = 6;

    /** What the slices show of a BAR that begins there; one without a length shows nothing. */
    static ImmutableList<AddressRange> in(AddressRange bar, List<VfioSlice> slices) {
        return slices.stream()
                .filter(slice -> slice.length != 0)
                .map(slice -> new AddressRange(bar.base() + slice.offset, slice.length))
                .collect(ImmutableList.toImmutableList());
    }

    /** The checks of the RFC, in its order. */
    static Reply<ImmutableList<VfioSlice>> asPosted(
            Map<Integer, AddressRange> bars, int region, long offset, long length, Kernel kernel) {
        if (region >= ROM_REGION) {
            return Reply.refused(Errno.EINVAL, "region %d is not a BAR".formatted(region));
        }
        Optional<AddressRange> bar = Optional.ofNullable(bars.get(region));
        if (bar.isEmpty()) {
            return Reply.refused(Errno.EINVAL, "BAR %d is empty".formatted(region));
        }
        if (offset >>> Integer.SIZE != 0 && kernel.has(Bug.OFFSET_OF_32_BITS)) {
            return Reply.refused(Errno.EINVAL, "the interface has 32 bits for an offset");
        }
        if (offset == 0 && length == 0) {
            return Reply.done(ImmutableList.of(new VfioSlice(0, bar.get().size())));
        }
        if (!inside(bar.get(), offset, length) || !isPageAligned(offset | length)) {
            return Reply.refused(
                    Errno.EINVAL,
                    "0x%x bytes at offset 0x%x are not pages of BAR %d".formatted(length, offset, region));
        }
        if (length == 0 && !kernel.has(Bug.OFFSET_WITHOUT_LENGTH)) {
            return Reply.refused(Errno.EINVAL, "an offset without a length");
        }
        return Reply.done(ImmutableList.of(new VfioSlice(offset, length)));
    }

    private static boolean inside(AddressRange bar, long offset, long length) {
        return Long.compareUnsigned(length, bar.size()) <= 0
                && Long.compareUnsigned(offset, bar.size()) < 0
                && Long.compareUnsigned(length, bar.size() - offset) <= 0;
    }

    private static boolean isPageAligned(long value) {
        return (value & (Kernel.PAGE_SIZE - 1)) == 0;
    }

    /** The checks since 6.19, in their order. */
    static Reply<ImmutableList<VfioSlice>> asMerged(
            Map<Integer, AddressRange> bars, int region, int flags, List<VfioSlice> ranges) {
        if (ranges.isEmpty() || flags != 0) {
            return Reply.refused(Errno.EINVAL, "%d ranges, flags 0x%x".formatted(ranges.size(), flags));
        }
        if (region >= ROM_REGION) {
            return Reply.refused(Errno.ENODEV, "region %d is not a BAR".formatted(region));
        }
        long total = 0;
        for (VfioSlice range : ranges) {
            if (range.length == 0 || !isPageAligned(range.offset | range.length)) {
                return Reply.refused(Errno.EINVAL, range + " is not whole pages");
            }
            long sum = total + range.length;
            if (Long.compareUnsigned(sum, total) < 0 || sum < 0) {
                return Reply.refused(Errno.EINVAL, "the lengths together exceed 2^63 bytes");
            }
            total = sum;
        }
        Optional<AddressRange> bar = Optional.ofNullable(bars.get(region));
        if (bar.isEmpty()) {
            return Reply.refused(Errno.EINVAL, "BAR %d has no memory for peers".formatted(region));
        }
        for (VfioSlice range : ranges) {
            long start = bar.get().base() + range.offset;
            if (Long.compareUnsigned(start, range.offset) < 0
                    || Long.compareUnsigned(start + range.length, start) < 0) {
                return Reply.refused(Errno.EOVERFLOW, range + " wraps around");
            }
            if (Long.compareUnsigned(start + range.length - 1, bar.get().last()) > 0) {
                return Reply.refused(Errno.EINVAL, "%s ends beyond BAR %d".formatted(range, region));
            }
        }
        return Reply.done(ImmutableList.copyOf(ranges));
    }

    @Override
    public String toString() {
        return "0x%x bytes at offset 0x%x".formatted(length, offset);
    }
}
