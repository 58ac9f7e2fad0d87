package org.p2psim.run.engine;

import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;

/**
 * What orders the events of one instant, and what they are, in 63 bits. From the top: DSOL priority (high first),
 * primitive before object, sequence number (objects only), index (of primitives) or slot (of objects), handler code.
 */
final class EventKey {
    static final int INDEX_LIMIT = 1 << 24;
    static final int SEQUENCE_LIMIT = 1 << 26;

    /** The handler code of all objects. */
    static final int OBJECT_HANDLER = 255;

    /** DSOL's warm-up has one more than its greatest. */
    private static final int PRIORITY_MAX = SimEventInterface.MAX_PRIORITY + 1;

    static final int PRIORITY_SHIFT = 59;
    private static final int SEQUENCE_SHIFT = 32;
    private static final int INDEX_SHIFT = 8;
    private static final long OBJECT = 1L << 58;
    private static final long WITHIN_PRIORITY = (1L << PRIORITY_SHIFT) - 1;

    private EventKey() {}

    static long primitive(int priority, int handler, int index) {
        return priorityBits(priority) | (long) index << INDEX_SHIFT | handler;
    }

    static long object(int priority, int sequence, int slot) {
        return priorityBits(priority)
                | OBJECT
                | (long) sequence << SEQUENCE_SHIFT
                | (long) slot << INDEX_SHIFT
                | OBJECT_HANDLER;
    }

    /** The key of an object with another number. */
    static long withSequence(long key, int sequence) {
        return object(priority(key), sequence, index(key));
    }

    private static long priorityBits(int priority) {
        return (long) (PRIORITY_MAX - priority) << PRIORITY_SHIFT;
    }

    static short priority(long key) {
        return (short) (PRIORITY_MAX - (key >>> PRIORITY_SHIFT));
    }

    static boolean isObject(long key) {
        return (key & OBJECT) != 0;
    }

    static int handler(long key) {
        return (int) key & 0xFF;
    }

    static int index(long key) {
        return (int) (key >>> INDEX_SHIFT) & INDEX_LIMIT - 1;
    }

    /** Orders events of one time and priority. */
    static long withinPriority(long key) {
        return key & WITHIN_PRIORITY;
    }
}
