package org.p2psim.run.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The pending events that are objects, each in a slot. */
final class ObjectTable {
    private @Nullable Runnable[] objects = new Runnable[16];
    /** Those of the slots up to {@link #used} that are empty. */
    private int[] free = new int[16];

    private int freeCount;
    private int used;

    boolean isEmpty() {
        return used == freeCount;
    }

    int add(Runnable object) {
        int slot = freeCount > 0 ? free[--freeCount] : newSlot();
        objects[slot] = object;
        return slot;
    }

    private int newSlot() {
        if (used == EventKey.INDEX_LIMIT) {
            throw new IllegalStateException("%d actions are pending, more are not possible".formatted(used));
        }
        if (used == objects.length) {
            objects = Arrays.copyOf(objects, 2 * used);
            free = Arrays.copyOf(free, 2 * used);
        }
        return used++;
    }

    Runnable get(int slot) {
        Runnable object = objects[slot];
        if (object == null) {
            throw new IllegalStateException("slot %d is empty".formatted(slot));
        }
        return object;
    }

    Runnable remove(int slot) {
        Runnable object = get(slot);
        objects[slot] = null;
        free[freeCount++] = slot;
        return object;
    }

    void clear() {
        Arrays.fill(objects, 0, used, null);
        freeCount = 0;
        used = 0;
    }
}
