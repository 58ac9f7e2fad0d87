package org.p2psim.dmabuf.exporter;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.exporter.GpuBuffer.Place;

/**
 * Who pins a buffer of a GPU, and what its driver counts for that: the size of the buffer once, with the first pin, taken
 * off with the last one where the buffer lies then ({@code vram_pin_size} and {@code gart_pin_size} in amdgpu_object.c of
 * Linux 5.11 and later, {@code vram_available} and {@code gart_available} in nouveau_bo.c).
 *
 * <p>Nobody else counts the pin of a dma-buf: {@code dma_buf_pin()} leaves it to the exporter, {@code ib_umem_release()}
 * takes only pages of the process off {@code pinned_vm} (umem.c), and iommufd has {@code IOPT_PAGES_ACCOUNT_NONE} for a
 * dma-buf (pages.c). Exporters of BARs and of accelerator memory have no pin callback and count nothing.
 */
final class GpuPins {
    /** The two counters of a driver. */
    private enum Counter {
        VRAM,
        GART;

        static Counter of(Place place) {
            return place == Place.GTT ? GART : VRAM;
        }
    }

    private final long size;
    private final Map<Counter, Long> counted = new EnumMap<>(Counter.class);
    private final Map<Attachment, AddressRange> pinnedAt = new HashMap<>();
    private Optional<AddressRange> vmappedAt = Optional.empty();
    /** {@code pin_count} of the buffer object, which never falls below 0. */
    private int count;

    GpuPins(long size) {
        this.size = size;
    }

    /** Whether the buffer must stay where it is: it is pinned, or mapped into kernel memory, which is not counted. */
    boolean any() {
        return count > 0 || vmappedAt.isPresent();
    }

    /** Whether a pin is left to take back. */
    boolean isCounted() {
        return count > 0;
    }

    /** Whether everybody who pinned the buffer did so there. */
    boolean allAt(AddressRange block) {
        return pinnedAt.values().stream().allMatch(block::equals)
                && vmappedAt.filter(at -> !block.equals(at)).isEmpty();
    }

    void pinned(Attachment attachment, Place place, AddressRange block) {
        pinnedAt.putIfAbsent(attachment, block);
        count++;
        if (count == 1) {
            counted.merge(Counter.of(place), size, Long::sum);
        }
    }

    /** {@code ttm_bo_unpin()} only warns if nothing is pinned; the driver goes on and takes the bytes off again. */
    void unpinned(Attachment attachment, Place place) {
        if (!attachment.isPinned()) {
            pinnedAt.remove(attachment);
        }
        count = Math.max(0, count - 1);
        if (count == 0) {
            counted.merge(Counter.of(place), -size, Long::sum);
        }
    }

    void vmapped(AddressRange block) {
        vmappedAt = Optional.of(block);
    }

    void vunmapped() {
        vmappedAt = Optional.empty();
    }

    /** What the counters say if it is not what the importers' own pins say, and whose those are; else nothing. */
    Optional<String> miscounted(Optional<DmaBuf> shown) {
        List<String> pinning = shown.stream()
                .flatMap(dmaBuf -> dmaBuf.attachments().stream())
                .filter(Attachment::isPinned)
                .map(Attachment::name)
                .toList();
        long right = pinning.isEmpty() ? 0 : size;
        long sum = counted.values().stream().mapToLong(Long::longValue).sum();
        if (sum == right && counted.values().stream().allMatch(bytes -> bytes >= 0)) {
            return Optional.empty();
        }
        String counters = counted.entrySet().stream()
                .map(each -> "%d bytes of %s".formatted(each.getValue(), each.getKey()))
                .collect(Collectors.joining(" and "));
        return Optional.of("%s are counted as pinned, and %s"
                .formatted(
                        counters,
                        pinning.isEmpty()
                                ? "nobody pins it"
                                : "%s pin(s) %d".formatted(String.join(", ", pinning), size)));
    }
}
