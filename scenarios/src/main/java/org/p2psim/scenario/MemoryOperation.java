package org.p2psim.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;

/** What happens to memory behind exports: its allocation, its place, its contents and its owner. */
public sealed interface MemoryOperation extends Operation {
    /**
     * What the present user of a device does to its memory with the device itself. Where: a device address, a handle with
     * an offset, or a region with an offset.
     */
    sealed interface Access extends MemoryOperation {
        String device();

        /** Device address. */
        OptionalLong address();

        /** Of an allocation. */
        Optional<String> handle();

        /** Index of the BAR. */
        OptionalInt region();

        /** Bytes from the start of the allocation or the region. */
        long offset();

        /** Bytes. */
        long size();
    }

    /**
     * Memory is allocated from a driver, which names it by a handle.
     *
     * @param pages habanalabs: device addresses of its pages; if empty, they are taken one after the other from the start
     *     of user memory until {@code size} is reached
     * @param pageSize bytes, a power of two; of the device if absent
     * @param memory whether it is the device's; it is if absent
     * @param flags GPU: what user space says of the buffer
     */
    record Allocate(
            @Time long at,
            Optional<String> id,
            String handle,
            String from,
            @Address List<Long> pages,
            @Size OptionalLong pageSize,
            @Size OptionalLong size,
            Optional<Kind> memory,
            Set<Flag> flags)
            implements MemoryOperation {
        public Allocate {
            pages = ImmutableList.copyOf(pages);
            flags = ImmutableSet.copyOf(flags);
        }
    }

    /** Whose memory an allocation is. */
    enum Kind {
        DEVICE,
        HOST
    }

    /** What user space says of a GPU's buffer. */
    enum Flag {
        /** Prefers VRAM. */
        VRAM,
        /** Prefers VRAM that the BAR shows. */
        CPU_VISIBLE,
        /** Cannot live in system memory. */
        VRAM_ONLY,
        /** Made of a process's own pages. */
        USER_POINTER,
        /** Bound to one GPU address space. */
        PER_VM
    }

    record Free(@Time long at, Optional<String> id, String handle) implements MemoryOperation {}

    /** Memory pressure: a buffer of a GPU goes to system memory. */
    record Evict(@Time long at, Optional<String> id, String handle) implements MemoryOperation {}

    /**
     * What the BAR shows is packed: a buffer of a GPU, or what a VMA shows, moves to another place. The file says one of
     * them.
     */
    record Defragment(@Time long at, Optional<String> id, Optional<String> handle, Optional<String> vma)
            implements MemoryOperation {}

    /**
     * The present user of a device writes its memory.
     *
     * @param tag whose data it is; the user's if absent
     */
    record WriteMemory(
            @Time long at,
            Optional<String> id,
            String device,
            @Address OptionalLong address,
            Optional<String> handle,
            OptionalInt region,
            @Size long offset,
            @Size long size,
            Optional<String> tag)
            implements Access {}

    /** The present user of a device reads its memory. */
    record ReadMemory(
            @Time long at,
            Optional<String> id,
            String device,
            @Address OptionalLong address,
            Optional<String> handle,
            OptionalInt region,
            @Size long offset,
            @Size long size)
            implements Access {}

    /** A range of a region gets another owner: another driver takes it. */
    record Assign(
            @Time long at,
            Optional<String> id,
            String device,
            int region,
            @Size long offset,
            @Size long size,
            String owner)
            implements MemoryOperation {}
}
