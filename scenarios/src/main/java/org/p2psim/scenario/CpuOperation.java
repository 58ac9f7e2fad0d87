package org.p2psim.scenario;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.p2psim.dmabuf.CpuAccess;
import org.p2psim.dmabuf.Poll.Event;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;

/** What the CPU does with a dma-buf and its descriptor. */
public sealed interface CpuOperation extends Operation {
    /** What is done to a dma-buf. */
    sealed interface OfDmaBuf extends CpuOperation {
        /** Its name. */
        String dmaBuf();
    }

    /** {@code dma_buf_begin_cpu_access()}. */
    record BeginCpuAccess(@Time long at, Optional<String> id, String dmaBuf, boolean write) implements OfDmaBuf {}

    /** {@code dma_buf_end_cpu_access()}. */
    record EndCpuAccess(@Time long at, Optional<String> id, String dmaBuf) implements OfDmaBuf {}

    /** Mapped into kernel memory. */
    record Vmap(@Time long at, Optional<String> id, String dmaBuf) implements OfDmaBuf {}

    record Vunmap(@Time long at, Optional<String> id, String dmaBuf) implements OfDmaBuf {}

    /**
     * {@code mmap()} of the descriptor.
     *
     * @param length bytes; from {@code offset} to the end if absent
     */
    record Mmap(
            @Time long at,
            Optional<String> id,
            String dmaBuf,
            @Size long offset,
            @Size OptionalLong length) implements OfDmaBuf {}

    /**
     * {@code DMA_BUF_IOCTL_SYNC}.
     *
     * @param flags its bits: 1 read, 2 write, 4 end
     */
    record Sync(@Time long at, Optional<String> id, String dmaBuf, int flags) implements OfDmaBuf {}

    /** {@code llseek()} of the descriptor. */
    record Seek(
            @Time long at,
            Optional<String> id,
            String dmaBuf,
            @Size long offset,
            CpuAccess.Whence whence) implements OfDmaBuf {}

    /**
     * {@code poll()} of the descriptor, which waits until one of the events is there.
     *
     * @param timeout when it gives up; never if absent
     */
    record Poll(
            @Time long at,
            Optional<String> id,
            String dmaBuf,
            Set<Event> events,
            @Time OptionalLong timeout) implements OfDmaBuf {
        public Poll {
            events = ImmutableSet.copyOf(events);
        }
    }

    /**
     * A signal to the thread that runs a line: a wait that can be interrupted ends, and so does the line.
     *
     * @param line its id
     */
    record Signal(@Time long at, Optional<String> id, String line) implements CpuOperation {}

    /** From now on so many file descriptors are free, for whoever exports. */
    record LimitDescriptors(@Time long at, Optional<String> id, int free) implements CpuOperation {}
}
