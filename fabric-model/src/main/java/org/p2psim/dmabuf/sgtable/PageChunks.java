package org.p2psim.dmabuf.sgtable;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;

/**
 * Pages that follow one another are merged as far as a segment allows; pages larger than a segment are cut, and then
 * nothing is merged. Always begins with the first page.
 */
final class PageChunks {
    private final DevicePages memory;
    private final long segment;
    private final long exported;

    /**
     * @param segment the longest entry, bytes, unsigned
     * @param exported where the bytes of the export end; entries behind that are there, but empty
     */
    PageChunks(DevicePages memory, long segment, long exported) {
        this.memory = memory;
        this.segment = segment;
        this.exported = exported;
    }

    Reply<Filling> fill() {
        // The driver counts entries in 32 bits; absurd sizes wrap the count, and the table is allocated by it.
        int count = (int) entryCount();
        if (count == 0) {
            return Reply.refused(Errno.EINVAL, "the table would have no entries");
        }
        if (count < 0 || count > SgTable.ENTRIES_MAX) {
            return Reply.refused(Errno.ENOMEM, "the table has too many entries to allocate");
        }
        return Reply.done(new Filling(untilExported(chunks(count)), 0));
    }

    private boolean cutsPages() {
        return Long.compareUnsigned(memory.pageSize(), segment) > 0;
    }

    private long entryCount() {
        if (cutsPages()) {
            return Piece.count(exported, memory.pageSize()) * Piece.count(memory.pageSize(), segment);
        }
        long count = 0;
        for (int i = 0; i < memory.pages().size(); i += run(i)) {
            count++;
        }
        return count;
    }

    private List<Piece> chunks(int count) {
        List<Piece> chunks = new ArrayList<>();
        for (int i = 0; i < memory.pages().size() && chunks.size() < count; ) {
            long page = memory.pages().get(i);
            if (cutsPages()) {
                new Piece(page, memory.pageSize()).cut(segment, count, chunks);
                i++;
            } else {
                int run = run(i);
                chunks.add(new Piece(page, run * memory.pageSize()));
                i += run;
            }
        }
        return chunks;
    }

    /** How many pages from {@code first} on follow one another and fit a segment together; 1 at least. */
    private int run(int first) {
        int run = 1;
        long length = memory.pageSize();
        while (first + run < memory.pages().size()
                && memory.isFollowed(first + run - 1)
                && Long.compareUnsigned(length + memory.pageSize(), segment) <= 0) {
            run++;
            length += memory.pageSize();
        }
        return run;
    }

    private List<Piece> untilExported(List<Piece> chunks) {
        List<Piece> kept = new ArrayList<>();
        long left = exported;
        for (Piece chunk : chunks) {
            long length = Piece.min(chunk.length(), left);
            kept.add(new Piece(chunk.address(), length));
            left -= length;
        }
        return kept;
    }
}
