package org.p2psim.run.flow;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** TLPs of one class in the order of their arrival: a ring that grows to the most that it ever held. */
final class TlpQueue {
    private @Nullable Tlp[] ring = new Tlp[16];
    private int first;
    private int size;
    /** The oldest, kept where it is found at once. */
    private @Nullable Tlp head;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(Tlp tlp) {
        if (size == ring.length) {
            @Nullable Tlp[] larger = new Tlp[2 * size];
            for (int i = 0; i < size; i++) {
                larger[i] = ring[(first + i) & (size - 1)];
            }
            ring = larger;
            first = 0;
        }
        if (size == 0) {
            head = tlp;
        }
        ring[(first + size++) & (ring.length - 1)] = tlp;
    }

    /** Adds a TLP where it belongs by its sequence, and of equal ones by the number of its path. */
    void addInOrder(Tlp tlp) {
        add(tlp);
        int mask = ring.length - 1;
        for (int i = size - 1; i > 0 && isBefore(tlp, at(i - 1)); i--) {
            ring[(first + i) & mask] = at(i - 1);
            ring[(first + i - 1) & mask] = tlp;
        }
        head = ring[first];
    }

    private static boolean isBefore(Tlp one, Tlp other) {
        return one.sequence < other.sequence
                || (one.sequence == other.sequence && one.path.number < other.path.number);
    }

    /** Only if there is one. */
    Tlp head() {
        return Objects.requireNonNull(head);
    }

    @Nullable Tlp headOrNull() {
        return head;
    }

    /** @param index 0 for the oldest; only if there are that many */
    Tlp at(int index) {
        Tlp tlp = ring[(first + index) & (ring.length - 1)];
        if (tlp == null || index >= size) {
            throw new IllegalStateException("the queue has no TLP " + index);
        }
        return tlp;
    }

    Tlp remove() {
        Tlp tlp = head();
        ring[first] = null;
        first = (first + 1) & (ring.length - 1);
        size--;
        head = ring[first];
        return tlp;
    }
}
