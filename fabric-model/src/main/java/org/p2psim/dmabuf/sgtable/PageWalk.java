package org.p2psim.dmabuf.sgtable;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/**
 * A walk over the exported bytes: an entry ends where a segment is full or where the next page lies elsewhere. The
 * driver walks twice, to count the entries and to fill them.
 */
final class PageWalk {
    private final DevicePages memory;
    private final long segment;

    /** @param segment the longest entry, bytes, unsigned */
    PageWalk(DevicePages memory, long segment) {
        this.memory = memory;
        this.segment = segment;
    }

    /** Both walks go from page to page, and every entry may be as long as a segment. */
    Reply<Filling> fill() {
        return counted(true);
    }

    /**
     * As the driver has it: while it fills, it stays on the page at whose end an entry ends, and so compares the wrong
     * pair of pages from then on. Neither walk gives an entry after a gap the room of a whole segment.
     */
    Reply<Filling> fillWithStaleCursor() {
        return counted(false).then(counted -> {
            int count = counted.pieces().size();
            Filling filled = walk(false, false, count);
            List<Piece> pieces = new ArrayList<>(filled.pieces());
            long last = pieces.get(pieces.size() - 1).address();
            while (pieces.size() < count) {
                pieces.add(new Piece(last, 0));
            }
            return Reply.done(new Filling(pieces, filled.left()));
        });
    }

    /** The walk that counts; refused if the entries are too many, which longest entries tell without a walk. */
    private Reply<Filling> counted(boolean restartsSegments) {
        if (Long.compareUnsigned(Piece.count(memory.exportedSize(), segment), SgTable.ENTRIES_MAX) <= 0) {
            Filling counted = walk(true, restartsSegments, SgTable.ENTRIES_MAX);
            if (counted.left() == 0) {
                return Reply.done(counted);
            }
        }
        return Reply.refused(Errno.ENOMEM, "the table has too many entries to allocate");
    }

    /**
     * @param followsPages whether the cursor leaves a page at whose end an entry ends
     * @param restartsSegments whether the room in a segment is whole again after a gap
     */
    private Filling walk(boolean followsPages, boolean restartsSegments, int entriesMax) {
        List<Piece> pieces = new ArrayList<>();
        int page = (int) Long.divideUnsigned(memory.offset(), memory.pageSize());
        long inPage = memory.pageSize() - Long.remainderUnsigned(memory.offset(), memory.pageSize());
        long inSegment = segment;
        long left = memory.exportedSize();
        Piece piece = new Piece(memory.pages().get(page) + memory.pageSize() - inPage, 0);
        while (pieces.size() < entriesMax) {
            long step = Piece.min(left, Piece.min(inPage, inSegment));
            piece = new Piece(piece.address(), piece.length() + step);
            left -= step;
            inPage -= step;
            inSegment -= step;
            if (left == 0) {
                pieces.add(piece);
                break;
            }
            boolean pageEnds = inPage == 0;
            boolean gap = pageEnds && !memory.isFollowed(page);
            boolean entryEnds = gap || inSegment == 0;
            if (entryEnds) {
                pieces.add(piece);
                piece = new Piece(gap ? memory.pages().get(page + 1) : piece.address() + piece.length(), 0);
            }
            if (inSegment == 0 || gap && restartsSegments) {
                inSegment = segment;
            }
            if (pageEnds) {
                inPage = memory.pageSize();
                page += followsPages || !entryEnds ? 1 : 0;
            }
        }
        return new Filling(pieces, left);
    }
}
