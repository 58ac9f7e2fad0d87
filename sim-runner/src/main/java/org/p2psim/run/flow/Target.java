package org.p2psim.run.flow;

import java.util.OptionalInt;
import java.util.function.LongPredicate;
import org.p2psim.topology.PciFunction;

/** Whose memory a DMA reads or writes. */
public sealed interface Target {
    /** Bytes of data in a completion at most, a multiple of the RCB; empty for the Max_Payload_Size of the reader. */
    OptionalInt completionMax();

    /**
     * The memory behind the BARs of a function.
     *
     * @param completionMax bytes of data in a completion at most, a multiple of the RCB: the function's own
     *     Max_Payload_Size, if it is below that of its reader; empty for the reader's
     */
    record PciTarget(PciFunction function, OptionalInt completionMax) implements Target {
        /** One whose completions are as large as its reader takes them. */
        public PciTarget(PciFunction function) {
            this(function, OptionalInt.empty());
        }
    }

    /**
     * The memory of a socket.
     *
     * @param socket its id
     * @param cached what of it the last-level cache has
     * @param completionMax bytes of data in a completion at most, a multiple of the RCB; empty for MPS. There are
     *     hosts that return every cache line by itself
     */
    record MemoryTarget(String socket, Cached cached, OptionalInt completionMax) implements Target {
        /** Memory that the last-level cache has. */
        public MemoryTarget(String socket) {
            this(socket, Cached.ALL, OptionalInt.empty());
        }

        /**
         * A window of memory that is used again and again, at random: the cache has as much of it as fits, and which
         * lines these are follows from their addresses.
         *
         * @param window bytes, positive
         * @param llc bytes of the cache, positive
         */
        public static MemoryTarget window(String socket, long window, long llc) {
            return new MemoryTarget(socket, Cached.share(window, llc), OptionalInt.empty());
        }
    }

    /**
     * What a last-level cache has.
     *
     * @param has of an address, as the initiator addresses it
     * @param alike whether the answer is the same for all addresses
     */
    record Cached(LongPredicate has, boolean alike) {
        public static final Cached ALL = new Cached(address -> true, true);
        public static final Cached NONE = new Cached(address -> false, true);

        private static final int LINE_SHIFT = 6;
        private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

        /** That depends on the address. */
        public static Cached where(LongPredicate has) {
            return new Cached(has, false);
        }

        private static Cached share(long window, long llc) {
            if (llc >= window) {
                return ALL;
            }
            long share = (long) (Long.MAX_VALUE * ((double) llc / window));
            return where(address -> ((address >>> LINE_SHIFT) * GOLDEN_RATIO >>> 1) <= share);
        }
    }
}
