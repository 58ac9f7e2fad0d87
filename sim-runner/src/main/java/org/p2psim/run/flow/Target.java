package org.p2psim.run.flow;

import java.util.OptionalInt;
import java.util.function.LongPredicate;
import org.p2psim.topology.PciFunction;

/** Whose memory a DMA reads or writes. */
public sealed interface Target {
    /** The memory behind the BARs of a function. */
    record PciTarget(PciFunction function) implements Target {}

    /**
     * The memory of a socket.
     *
     * @param socket its id
     * @param cached whether the last-level cache has what is read at an address, as the initiator addresses it
     * @param completionMax bytes of data in a completion at most, a multiple of the RCB; empty for MPS. There are
     *     hosts that return every cache line by itself
     */
    record MemoryTarget(String socket, LongPredicate cached, OptionalInt completionMax) implements Target {
        private static final int LINE_SHIFT = 6;
        private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

        /** Memory that the last-level cache has. */
        public MemoryTarget(String socket) {
            this(socket, address -> true, OptionalInt.empty());
        }

        /**
         * A window of memory that is used again and again, at random: the cache has as much of it as fits, and which
         * lines these are follows from their addresses.
         *
         * @param window bytes, positive
         * @param llc bytes of the cache, positive
         */
        public static MemoryTarget window(String socket, long window, long llc) {
            long share = llc >= window ? Long.MAX_VALUE : (long) (Long.MAX_VALUE * ((double) llc / window));
            return new MemoryTarget(
                    socket,
                    address -> ((address >>> LINE_SHIFT) * GOLDEN_RATIO >>> 1) <= share,
                    OptionalInt.empty());
        }
    }
}
