package org.p2psim.dmabuf.sgtable;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What a builder puts into a table before it is mapped.
 *
 * @param pieces in device addresses, one an entry
 * @param left bytes of the export that found no place
 */
record Filling(List<Piece> pieces, long left) {
    Filling {
        pieces = ImmutableList.copyOf(pieces);
    }
}
