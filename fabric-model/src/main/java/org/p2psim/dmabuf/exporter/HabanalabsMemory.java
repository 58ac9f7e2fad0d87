package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.Habanalabs.DeviceMemory;
import org.p2psim.platform.Errno;

/** The memory of an accelerator by the handles that its driver gives out ({@code struct hl_vm}, {@code idr_lock}). */
public final class HabanalabsMemory {
    private final DeviceMemory memory;
    private final HabanalabsFile file;
    private final Map<String, Allocation> allocations = new HashMap<>();

    /** What a handle stands for ({@code struct hl_vm_phys_pg_pack}). */
    static final class Allocation {
        private final ImmutableList<Long> pages;
        private final long pageSize;
        private final boolean deviceMemory;
        private final Optional<HabanalabsFile.Context> owner;
        private int exportingCount;

        Allocation(List<Long> pages, long pageSize, boolean deviceMemory, Optional<HabanalabsFile.Context> owner) {
            this.pages = ImmutableList.copyOf(pages);
            this.pageSize = pageSize;
            this.deviceMemory = deviceMemory;
            this.owner = owner;
        }

        /** Device addresses. */
        ImmutableList<Long> pages() {
            return pages;
        }

        long pageSize() {
            return pageSize;
        }

        /** All of it, bytes. */
        long size() {
            return pages.size() * pageSize;
        }

        boolean isDeviceMemory() {
            return deviceMemory;
        }

        /** One more dma-buf shows it. */
        void count() {
            exportingCount++;
        }

        void uncount() {
            exportingCount--;
        }
    }

    HabanalabsMemory(DeviceMemory memory, HabanalabsFile file) {
        this.memory = memory;
        this.file = file;
    }

    /** Device memory is allocated; {@code handle} names it from then on. */
    public Reply<String> allocate(String handle, List<Long> pages, long pageSize) {
        if (allocations.containsKey(handle)) {
            return Reply.refused(Errno.EINVAL, "handle %s is in use".formatted(handle));
        }
        allocations.put(handle, new Allocation(pages, pageSize, true, file.context()));
        return Reply.done(handle);
    }

    /** Host memory that the device has mapped gets a handle, too; it cannot be exported. */
    public Reply<String> allocateHost(String handle) {
        allocations.put(handle, new Allocation(List.of(), Kernel.PAGE_SIZE, false, file.context()));
        return Reply.done(handle);
    }

    /** Device memory with pages that follow one another, above everything that is allocated. */
    public Reply<String> allocate(String handle, long size, long pageSize) {
        long free = allocations.values().stream()
                .filter(this::isAlive)
                .flatMapToLong(live -> live.pages.stream().mapToLong(page -> page + live.pageSize))
                .reduce(memory.user(), (a, b) -> Long.compareUnsigned(a, b) > 0 ? a : b);
        long start = (free + pageSize - 1) & -pageSize;
        long whole = (size + pageSize - 1) & -pageSize;
        if (beyond(start, whole, memory.end())) {
            return Reply.refused(
                    Errno.ENOMEM, "0x%x bytes do not fit the device memory above 0x%x".formatted(whole, start));
        }
        List<Long> pages = new ArrayList<>();
        for (long offset = 0; offset < whole; offset += pageSize) {
            pages.add(start + offset);
        }
        return allocate(handle, pages, pageSize);
    }

    /** What a user has allocated ends with his context ({@code hl_vm_ctx_fini()}); before anybody opens it, never. */
    private boolean isAlive(Allocation allocation) {
        return allocation.owner.isEmpty() || file.context().equals(allocation.owner);
    }

    /** How many dma-bufs show an allocation. */
    public int exportingCount(String handle) {
        return find(handle).orElseThrow().exportingCount;
    }

    Optional<Allocation> find(String handle) {
        return Optional.ofNullable(allocations.get(handle));
    }

    /** The same, unless its user is gone. */
    Reply<Allocation> live(String handle) {
        return find(handle).filter(this::isAlive).map(Reply::done).orElseGet(() -> unknown(handle));
    }

    static Reply<Allocation> unknown(String handle) {
        return Reply.refused(Errno.EINVAL, "handle %s is unknown".formatted(handle));
    }

    /** Refused while a dma-buf of the allocation lives. */
    public Reply<String> free(String handle) {
        return live(handle).then(allocation -> {
            if (allocation.exportingCount > 0) {
                return Reply.refused(
                        Errno.EINVAL,
                        "handle %s is exported (%d dma-buf), cannot free".formatted(handle, allocation.exportingCount));
            }
            allocations.remove(handle);
            return Reply.done(handle);
        });
    }

    /** True if the range ends after {@code end} or wraps around. */
    static boolean beyond(long start, long size, long end) {
        return Long.compareUnsigned(start + size, end) > 0 || Long.compareUnsigned(start + size, start) < 0;
    }
}
