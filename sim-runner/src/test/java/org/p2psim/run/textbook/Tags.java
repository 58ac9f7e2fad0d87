package org.p2psim.run.textbook;

import java.util.ArrayList;
import java.util.List;

/** The tags of a function: as many of its reads may be outstanding. The last one goes to the DMA that has waited longest. */
final class Tags {
    private final List<Dma> readers = new ArrayList<>();
    private boolean given;
    private int free;
    private long taken;

    /** @param count that the function has, the first time */
    void begin(Dma reader, int count) {
        if (!given) {
            given = true;
            free = count;
        }
        readers.add(reader);
    }

    void end(Dma dma) {
        readers.remove(dma);
    }

    boolean mayTake(Dma reader) {
        return free > 1
                || free == 1
                        && readers.stream().noneMatch(other -> other.wantsTag() && other.lastTag() < reader.lastTag());
    }

    /** Returns how many were taken before. */
    long take() {
        free--;
        return taken++;
    }

    void giveBack() {
        free++;
    }
}
