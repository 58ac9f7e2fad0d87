package org.p2psim.run.flow;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.transaction.TlpKind;

/** Issues the requests of one DMA, when its operations, the tags and the DMA engine of its function let it. */
final class Requester extends Input {
    private final Flow flow;
    private final Progress progress;
    private final DmaRequest request;
    private final Cursor cursor;
    private final TagPool tags;
    private final DmaEngineTiming engine;
    private final Poison poison;
    private final boolean reads;

    /** Where its requests go, from its beginning on. */
    private @Nullable Path path;

    private @Nullable Tlp next;
    /** Bytes of requests that are on their way or not answered. */
    private long outstanding;

    private long asked;
    private long requests;
    private long lastTag = -1;
    private boolean stopped;

    Requester(
            Flow flow,
            Progress progress,
            DmaRequest request,
            Cursor cursor,
            TagPool tags,
            DmaEngineTiming engine,
            Poison poison) {
        this.flow = flow;
        this.progress = progress;
        this.request = request;
        this.cursor = cursor;
        this.tags = tags;
        this.engine = engine;
        this.poison = poison;
        this.reads = request.isRead();
    }

    void begin(Path itsPath) {
        path = itsPath;
        Channel first = itsPath.channel(0);
        if (reads) {
            tags.askedFrom(first);
            tags.begins(this);
        }
        cursor.begin(progress.now());
        prepare();
        first.ports().addSource(this);
    }

    /** Its last request is over. */
    void end() {
        path().channel(0).ports().removeSource(this);
        tags.ends(this);
    }

    /** Issues nothing more from now on. */
    void stop() {
        stopped = true;
    }

    private Path path() {
        if (path == null) {
            throw new IllegalStateException("DMA %s has not begun".formatted(request.name()));
        }
        return path;
    }

    /** A request that is issued at a time. */
    Tlp request(TlpKind kind, long address, int bytes, long issued) {
        Tlp tlp = progress.take(flow, path());
        tlp.set(flow, path(), kind, address, bytes, issued);
        return tlp;
    }

    private void prepare() {
        if (cursor.atEnd()) {
            next = null;
            return;
        }
        long address = cursor.address();
        int bytes = cursor.take(reads ? request.mrrs() : request.mps());
        Tlp tlp = request(reads ? TlpKind.MEM_READ : TlpKind.MEM_WRITE, address, bytes, 0);
        tlp.dmaBytes = cursor.dmaBytes();
        tlp.firstOfDma = cursor.tookFirst();
        tlp.tailOfOdd = !reads && cursor.tookLast() && cursor.dmaBytes() % DmaEngineTiming.TAIL_UNIT != 0;
        tlp.operation = cursor.operation();
        tlp.number = requests++;
        tlp.poisoned = !reads && poison.strikes(tlp.number, 0);
        next = tlp;
    }

    @Override
    long readyAt(Channel channel, long now) {
        if (next == null || stopped) {
            return Agenda.NEVER;
        }
        long ready = cursor.readyAt(now);
        if (!reads) {
            return ready;
        }
        long tagged = Math.max(ready, tags.availableAt(now));
        return tagged > now || engine.wholeDmas() || tags.isTurnOf(this, now) ? tagged : Agenda.NEVER;
    }

    /** When it took a tag last, in the order of its function; -1 if it never did. */
    long lastTag() {
        return lastTag;
    }

    /** Whether it waits for nothing but a tag, where another one does. */
    boolean wantsTag(Requester other, long now) {
        return !issuesNoMore() && path().channel(0) == other.path().channel(0) && cursor.readyAt(now) <= now;
    }

    @Override
    boolean holdsTurn() {
        return engine.wholeDmas() && !issuesNoMore();
    }

    @Override
    boolean keepsTurn() {
        return engine.wholeDmas() && !cursor.tookFirst();
    }

    /** Reads wait for tags. */
    @Override
    boolean isUndisturbed() {
        return !reads;
    }

    @Override
    Tlp head() {
        return Objects.requireNonNull(next);
    }

    @Override
    void taken(long now, long end) {
        Tlp tlp = head();
        tlp.issued = now;
        outstanding += tlp.bytes;
        asked += tlp.bytes;
        if (reads) {
            lastTag = tags.take(tlp.bytes, cursor.requests(request.mrrs()) == 2);
        }
        cursor.issued(now);
        prepare();
    }

    /**
     * How many of the next writes are alike, of so many at most: of the size of the first one, one after the other, none
     * but the first at an end of a segment. None if nothing more is to be issued.
     */
    int writesAlike(int most) {
        Tlp head = next;
        if (head == null || stopped) {
            return 0;
        }
        int bytes = head.bytes;
        boolean whole = bytes == request.mps() && (head.address & (bytes - 1)) == 0 && !head.tailOfOdd;
        long after = cursor.address();
        boolean goesOn = whole && after == head.address + bytes && Tlp.isAbove4GiB(after) == head.above4GiB;
        return goesOn ? (int) Math.min(most, 1 + Math.max(0, cursor.alikeAhead() - 1) / bytes) : 1;
    }

    /** So many writes that are alike are issued. */
    void tookAlike(int count) {
        Tlp head = head();
        long bytes = (long) count * head.bytes;
        outstanding += bytes;
        asked += bytes;
        cursor.skip(bytes - head.bytes);
        progress.giveBack(head);
        prepare();
    }

    /** Requests for so many bytes are over. */
    void over(long bytes) {
        outstanding -= bytes;
    }

    boolean issuesNoMore() {
        return next == null || stopped;
    }

    /** Whether it issues no more, and all that it has issued is over. */
    boolean isDrained() {
        return outstanding == 0 && issuesNoMore();
    }

    /** One more operation may be unfinished, from a time on. */
    void release(long at) {
        cursor.release(at);
        poke(at);
    }

    /** The stage before is done with an operation, at a time. */
    void feed(long at, long started) {
        cursor.feed(at, started);
        poke(at);
    }

    private void poke(long at) {
        progress.poke(path().channel(0), at);
    }

    /** The stage before will do no more. */
    void endFeed() {
        if (cursor.endFeed() && next != null) {
            progress.giveBack(next);
            next = null;
        }
    }

    /** Number of the operation of which it asks for something next. */
    long operation() {
        return cursor.operation();
    }

    /** The address that it asks for next. */
    long position() {
        return next == null ? 0 : next.address;
    }

    /** No address that it has asked for and that is still on its way, or will ask for, is below this one. */
    long lowest() {
        return position() - outstanding;
    }

    /** Bytes that it has asked for. */
    long asked() {
        return asked;
    }

    /** Bytes that it still has to ask for in the same way as until now. */
    long alikeAhead() {
        return issuesNoMore() ? 0 : cursor.alikeAhead();
    }

    /** How many of so many bytes ahead have translations, where it needs any: in whole pages. */
    long translatedAhead(long bytes) {
        long page = path().alignment();
        if (!path().isTranslated()) {
            return bytes;
        }
        long from = position();
        long translated = 0;
        while (translated < bytes && request.isTranslated(from + translated)) {
            translated += page;
        }
        return Math.min(translated, bytes);
    }

    /** No period was found. Returns whether shorter ones are looked for from now on. */
    boolean lookNearby() {
        return cursor.lookNearby();
    }

    /** By how many bytes its addresses go on while it asks for so many. */
    long addressStep(long bytes) {
        return cursor.goesRound() ? 0 : bytes;
    }

    TagPool tags() {
        return tags;
    }

    void put(State state) {
        Tlp tlp = next;
        if (tlp == null) {
            state.put(-1);
        } else {
            state.put(tlp.bytes);
            state.putShape(tlp);
            state.put(cursor.address() - tlp.address);
        }
        state.put(position() & (path().alignment() - 1));
        state.put(cursor.stretch());
        cursor.put(state);
        state.put(stopped ? 1 : 0);
        state.put(outstanding);
        tags.put(state);
        state.put(tags.rank(this));
    }

    /**
     * It has asked for so many bytes more by then.
     *
     * @param addressStep by how many bytes its addresses have gone on
     */
    void skip(long bytes, long addressStep, long ticks) {
        asked += bytes;
        if (next != null) {
            next.address += addressStep;
        }
        cursor.shift(ticks);
        if (bytes > 0) {
            cursor.skip(bytes);
        }
    }
}
