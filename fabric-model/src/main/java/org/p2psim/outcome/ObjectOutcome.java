package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * An object with a lifetime, and the states that it went through.
 *
 * @param name as events' lanes have it
 * @param parent name of the object that it belongs to: of a dma-buf its exporter's device, of an attachment its dma-buf, of
 *     an MR its attachment, of a queue pair its NIC, of a DMA its MR
 * @param states in order, without overlap; there may be gaps
 */
public record ObjectOutcome(String name, Kind kind, Optional<String> parent, List<State> states) {
    public ObjectOutcome {
        states = ImmutableList.copyOf(states);
    }

    /** What it is. */
    public enum Kind {
        DEVICE,
        MEMORY,
        DMA_BUF,
        ATTACHMENT,
        MEMORY_REGION,
        QUEUE_PAIR,
        DMA,
        /** An iommufd area, an NVMe token, a VMA, a mapping. */
        OTHER
    }

    /**
     * One state.
     *
     * @param start ticks
     * @param end ticks; the run's end if it did not end
     * @param name in a word or two, that of {@code expect}: {@code decoding}, {@code revoked}, {@code zapped}, ...
     * @param use what a DMA could do with it
     * @param broken invariants that do not hold of the object in this state, such as {@code I-27}
     */
    public record State(long start, long end, String name, Use use, List<String> broken) {
        public State {
            broken = ImmutableList.copyOf(broken);
        }
    }

    /** What a DMA can do with an object. */
    public enum Use {
        /** It can be used: exported, mapped, active, decoding. */
        USABLE,
        /** It is there, but needs something first: exported and not mapped, zapped, not mapped any more. */
        IDLE,
        /** It can be used, though its driver's own mark says that it cannot. */
        CONTRADICTED,
        /** It changes: a reset, a copy, memory that is cleared. */
        CHANGING,
        /** Access is taken away: revoked, closed, in error. */
        DENIED,
        /** It is over: released, detached, deregistered, unplugged. */
        GONE
    }
}
