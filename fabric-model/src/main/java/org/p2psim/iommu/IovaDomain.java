package org.p2psim.iommu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.p2psim.address.AddressRange;
import org.p2psim.topology.Window;

/**
 * The I/O virtual addresses of one translation domain, given out as Linux does (drivers/iommu/dma-iommu.c,
 * {@code iommu_dma_alloc_iova()}): from the top of the first 4 GiB downwards, beyond them once they are full, each
 * range aligned to its size rounded up to a power of two. The windows of the device's host bridge and the x86 range of
 * message-signalled interrupts are kept out ({@code iova_reserve_pci_windows()}).
 */
public final class IovaDomain {
    /** The smallest that is mapped, bytes. */
    public static final long PAGE = 4096;

    private static final long FIRST_4_GIB = 1L << 32;
    /** End of the addresses that a four-level page table translates. */
    private static final long APERTURE = 1L << 48;

    private static final AddressRange MSI = new AddressRange(0xfee0_0000L, 0x10_0000L);

    private final ImmutableList<AddressRange> reserved;
    /** By the first address of each. */
    private final TreeMap<Long, Mapping> mappings = new TreeMap<>();
    /** By the first address of ranges that were mapped together: the first address of each. */
    private final Map<Long, List<Long>> together = new HashMap<>();
    /** By the limit of a search: what it found last. Nothing has been given back since. */
    private final Map<Long, Searched> searched = new HashMap<>();

    /** Above {@code base} no gap is left for {@code size} bytes or more. */
    private record Searched(long size, long base) {}

    /**
     * @param physical what the first address of the range stands for
     * @param isEmpty whether no address of the range stands for anything
     */
    private record Mapping(AddressRange range, long physical, boolean isEmpty) {}

    /** @param windows what the device's host bridge forwards */
    public IovaDomain(List<Window> windows) {
        this.reserved = Stream.concat(Stream.of(MSI), windows.stream().map(Window::range))
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * Maps a physical range.
     *
     * @param length bytes; for 0 a page of addresses is given out that stands for nothing
     * @return the first I/O virtual address, or -1 if none is left
     */
    public long map(long physical, long length) {
        long size = (Math.max(length, 1) + PAGE - 1) & -PAGE;
        long base = length < 0 ? -1 : allocate(size);
        if (base > 0) {
            mappings.put(base, new Mapping(new AddressRange(base, size), physical, length == 0));
        }
        return base;
    }

    /**
     * Maps several physical ranges one after the other ({@code dma_iova_link()}); {@link #unmap} of the first address
     * forgets them all.
     *
     * @param physical whole pages each, at least one
     * @return the first I/O virtual address; empty if none is left
     */
    public OptionalLong mapTogether(List<AddressRange> physical) {
        long base = allocate(physical.stream().mapToLong(AddressRange::size).sum());
        if (base <= 0) {
            return OptionalLong.empty();
        }
        List<Long> parts = new ArrayList<>();
        long next = base;
        for (AddressRange range : physical) {
            mappings.put(next, new Mapping(new AddressRange(next, range.size()), range.base(), false));
            parts.add(next);
            next += range.size();
        }
        together.put(base, parts);
        return OptionalLong.of(base);
    }

    /** @param size bytes, whole pages */
    private long allocate(long size) {
        long alignment = Long.highestOneBit(size) == size ? size : Long.highestOneBit(size) << 1;
        if (size <= 0 || alignment <= 0) {
            return -1;
        }
        for (long limit : ImmutableList.of(FIRST_4_GIB, APERTURE)) {
            long base = highestGap(limit, size, alignment);
            if (base > 0) {
                return base;
            }
        }
        return -1;
    }

    private long highestGap(long limit, long size, long alignment) {
        Searched before = searched.getOrDefault(limit, new Searched(1, limit));
        long top = size >= before.size() ? before.base() : limit;
        long base = (top - size) & -alignment;
        while (base > 0) {
            Optional<AddressRange> inTheWay = inTheWay(new AddressRange(base, size));
            if (inTheWay.isEmpty()) {
                break;
            }
            base = (inTheWay.get().base() - size) & -alignment;
        }
        searched.put(limit, new Searched(size, Math.max(base, 0)));
        return base > 0 ? base : -1;
    }

    private Optional<AddressRange> inTheWay(AddressRange wanted) {
        Map.Entry<Long, Mapping> below = mappings.floorEntry(wanted.last());
        if (below != null && below.getValue().range().overlaps(wanted)) {
            return Optional.of(below.getValue().range());
        }
        return reserved.stream().filter(wanted::overlaps).findFirst();
    }

    /** Whether an address is kept out, so that it is no I/O virtual address but one of the bus. */
    public boolean reserves(long address) {
        return reserved.stream().anyMatch(range -> range.contains(address));
    }

    /** The physical address that an I/O virtual address stands for, or -1 if it is not mapped. */
    public long physical(long iova) {
        return at(iova).map(found -> found.physical() + (iova - found.range().base()))
                .orElse(-1L);
    }

    /** The range of the map call that an address belongs to; empty if it is not mapped. */
    public Optional<AddressRange> call(long iova) {
        return at(iova).map(Mapping::range);
    }

    private Optional<Mapping> at(long iova) {
        return Optional.ofNullable(mappings.floorEntry(iova))
                .map(Map.Entry::getValue)
                .filter(below -> !below.isEmpty() && below.range().contains(iova));
    }

    /** Forgets the mapping that begins at an address. */
    public void unmap(long iova) {
        if (!mappings.containsKey(iova)) {
            throw new IllegalStateException("nothing is mapped at 0x%x".formatted(iova));
        }
        List<Long> parts = together.remove(iova);
        mappings.keySet().removeAll(parts == null ? List.of(iova) : parts);
        searched.clear();
    }
}
