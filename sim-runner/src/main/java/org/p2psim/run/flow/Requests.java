package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.run.flow.DmaRequest.Segment;

/** What a DMA transfers, in which order, and when its initiator may ask for it. */
public sealed interface Requests {
    /** The memory that is touched. */
    List<Segment> segments();

    /** Bytes that are transferred. */
    long bytes();

    /** All of the segments once, one after the other, as fast as possible. */
    record Bulk(List<Segment> segments) implements Requests {
        public Bulk {
            segments = ImmutableList.copyOf(segments);
        }

        @Override
        public long bytes() {
            return segments.stream().mapToLong(Segment::length).sum();
        }
    }

    /**
     * A stream of operations within a window. An operation is over when all of its reads are answered, or all of its
     * writes have landed. What is random depends on the seed and the number of the operation, and on nothing else.
     *
     * @param segments the window
     * @param bytes of all operations; the last one takes what is left
     * @param minSize bytes of an operation at least, 1 or more
     * @param maxSize bytes of an operation at most; sizes between them are equally likely
     * @param pattern where in the window they are
     * @param unit bytes: random operations begin at its multiples, counted from the start of the window
     * @param start when an operation may start
     * @param depth operations that may be unfinished at once; 0 if there is no limit
     */
    record Operations(
            List<Segment> segments,
            long bytes,
            int minSize,
            int maxSize,
            Pattern pattern,
            int unit,
            Start start,
            int depth,
            long seed)
            implements Requests {
        private static final int LARGE = 1 << 20;

        public Operations {
            segments = ImmutableList.copyOf(segments);
            long window = segments.stream().mapToLong(Segment::length).sum();
            if (bytes < 1 || minSize < 1 || maxSize < minSize || maxSize > window) {
                throw new IllegalArgumentException("%d bytes in operations of %d to %d bytes within %d bytes"
                        .formatted(bytes, minSize, maxSize, window));
            }
            if (unit < 1 || depth < 0) {
                throw new IllegalArgumentException("a unit of %d bytes, a depth of %d".formatted(unit, depth));
            }
        }

        /** Whether nothing of them is random. */
        boolean isRegular() {
            return minSize == maxSize && pattern == Pattern.SEQUENTIAL && !(start instanceof Start.Poisson);
        }

        /** Whether each takes so long that what repeats itself does so within one. */
        boolean areLarge() {
            return minSize >= LARGE;
        }

        @Override
        public boolean mayRepeat() {
            return isRegular() || areLarge();
        }

        @Override
        public boolean comesBack() {
            return pattern == Pattern.RANDOM
                    || segments.size() > 1
                    || bytes > segments.get(0).length();
        }
    }

    /** Whether what is asked for may repeat itself exactly: nothing of it is random, at least for a long time. */
    default boolean mayRepeat() {
        return true;
    }

    /** Whether what was asked for may be asked for again, and its translation with it. */
    default boolean comesBack() {
        return false;
    }

    /** Where operations are in their window. */
    enum Pattern {
        /** One after the other; one that does not fit any more is at the start again. */
        SEQUENTIAL,
        /** Any multiple of the unit where it fits, all equally likely. */
        RANDOM
    }

    /** When operations may start, from the start of the DMA on. Those that are late start as soon as they can. */
    sealed interface Start {
        /** Each as soon as the one before is issued. */
        record AtOnce() implements Start {}

        /** At a steady rate, bytes a second. */
        record Paced(long bytesPerSecond) implements Start {
            public Paced {
                checkRate(bytesPerSecond);
            }
        }

        /** As a Poisson process; the mean rate in bytes a second. */
        record Poisson(long bytesPerSecond) implements Start {
            public Poisson {
                checkRate(bytesPerSecond);
            }
        }

        private static void checkRate(long bytesPerSecond) {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("a rate of %d bytes a second".formatted(bytesPerSecond));
            }
        }
    }
}
