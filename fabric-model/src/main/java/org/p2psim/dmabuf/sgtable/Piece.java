package org.p2psim.dmabuf.sgtable;

import java.util.List;

/** Contiguous memory that becomes one entry of a table: address and length in bytes, both unsigned. */
record Piece(long address, long length) {
    /** Cuts this piece into such of a largest length, from its start on, until a list has {@code countMax}. */
    void cut(long largest, long countMax, List<Piece> into) {
        long left = length;
        for (long at = address; left != 0 && into.size() < countMax; at += largest) {
            long part = min(left, largest);
            into.add(new Piece(at, part));
            left -= part;
        }
    }

    /** How many pieces of a largest length something is cut into. */
    static long count(long length, long largest) {
        return Long.divideUnsigned(length, largest) + (Long.remainderUnsigned(length, largest) == 0 ? 0 : 1);
    }

    static long min(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? a : b;
    }
}
