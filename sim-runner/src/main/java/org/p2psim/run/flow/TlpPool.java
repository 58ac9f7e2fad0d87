package org.p2psim.run.flow;

import java.util.Arrays;

/** All TLPs that there are, and of these the ones that are not in use. */
final class TlpPool {
    private final boolean ecrc;
    private Tlp[] all = {};
    private int size;
    private Tlp[] unused = {};
    private int unusedCount;

    /** @param ecrc whether they have a digest */
    TlpPool(boolean ecrc) {
        this.ecrc = ecrc;
    }

    /** One whose contents are to be set. */
    Tlp take(Flow flow, Path path) {
        return unusedCount > 0 ? unused[--unusedCount] : more(flow, path);
    }

    private Tlp more(Flow flow, Path path) {
        if (size == all.length) {
            all = Arrays.copyOf(all, Math.max(16, 2 * size));
            unused = Arrays.copyOf(unused, all.length);
        }
        Tlp tlp = new Tlp(size, flow, path, ecrc);
        all[size++] = tlp;
        return tlp;
    }

    void giveBack(Tlp tlp) {
        unused[unusedCount++] = tlp;
    }

    int size() {
        return size;
    }

    Tlp tlp(int id) {
        return all[id];
    }
}
