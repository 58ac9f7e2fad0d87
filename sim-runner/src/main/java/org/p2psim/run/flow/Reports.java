package org.p2psim.run.flow;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.p2psim.outcome.Failure;

/** What a listener is still to be told, in order of time. */
final class Reports {
    /** What has happened to a TLP. */
    enum Kind {
        LANDED,
        COMPLETED,
        FINISHED
    }

    private static final Kind[] KINDS = Kind.values();
    private static final Failure[] FAILURES = Failure.values();

    /** What an entry is made of: four numbers side by side. */
    private static final int TIME = 0;

    private static final int ADDRESS = 1;
    private static final int ISSUED = 2;
    /** Bytes above, kind below. */
    private static final int WHAT = 3;

    private static final int ENTRY_SHIFT = 2;
    private static final int KIND_BITS = 8;

    /** Entries that are kept at most, give or take those of the future. */
    private static final int UNTOLD = 256;

    /** Of flows of which something has happened at one instant the lower is told first. */
    final int order;

    private final DmaListener listener;
    private final Progress progress;
    private long[] ring = new long[64 << ENTRY_SHIFT];
    /** Of the oldest entry; they count up for ever. */
    private int first;

    private int size;

    /** Where it is noted what is told, if somebody looks for a period. */
    private @Nullable Journal journal;
    /** While a period is repeated: who is told all at once, if not each TLP, and by how many bytes addresses go on. */
    private DmaListener.@Nullable Repeats repeats;

    private long stride;

    Reports(int order, DmaListener listener, Progress progress) {
        this.order = order;
        this.listener = listener;
        this.progress = progress;
    }

    void note(@Nullable Journal newJournal) {
        journal = newJournal;
    }

    private static int place(int number, int length) {
        return (number << ENTRY_SHIFT) & (length - 1);
    }

    private int place(int index) {
        return place(first + index, ring.length);
    }

    void add(Kind kind, long time, Tlp tlp) {
        makeRoom();
        add(kind.ordinal(), time, tlp.address, tlp.bytes, tlp.issued);
    }

    void addFailed(Failure how, long time, Tlp tlp) {
        makeRoom();
        add(KINDS.length + how.ordinal(), time, tlp.address, tlp.bytes, tlp.issued);
        if (journal != null) {
            journal.spoil();
        }
    }

    void addFinished(long time, long started) {
        makeRoom();
        add(Kind.FINISHED.ordinal(), time, 0, 0, started);
    }

    private void makeRoom() {
        if (size >= UNTOLD && next() < progress.now()) {
            progress.tellPast();
        }
    }

    /** Of what is to be told next, {@link Agenda#NEVER} if there is nothing, ticks. */
    long next() {
        return size == 0 ? Agenda.NEVER : ring[place(0) + TIME];
    }

    private void add(int kind, long time, long address, int bytes, long issued) {
        int index = size++;
        if (size << ENTRY_SHIFT > ring.length) {
            grow();
        }
        while (index > 0 && comesAfter(place(index - 1), time, kind, issued, address)) {
            System.arraycopy(ring, place(index - 1), ring, place(index), 1 << ENTRY_SHIFT);
            index--;
        }
        put(place(index), kind, time, address, bytes, issued);
    }

    private void put(int at, int kind, long time, long address, int bytes, long issued) {
        long[] entries = ring;
        entries[at + TIME] = time;
        entries[at + ADDRESS] = address;
        entries[at + ISSUED] = issued;
        entries[at + WHAT] = (long) bytes << KIND_BITS | kind;
    }

    /**
     * Writes have landed, after all others.
     *
     * @param from index of the first of them in the block
     * @param onward from setting out on the last channel until they have landed, ticks
     * @param horizon before it nothing else happens: what has landed by then can be told at once
     */
    void landed(Block block, int from, int to, long onward, long horizon) {
        long last = block.starts[to - 1] + onward;
        if (last >= horizon) {
            for (int i = from; i < to; i++) {
                add(Kind.LANDED.ordinal(), block.starts[i] + onward, block.address(i), block.bytes(), block.issued[i]);
            }
            return;
        }
        tell(last);
        if (journal != null) {
            journal.spoil();
        }
        for (int i = from; i < to; i++) {
            listener.landed(block.starts[i] + onward, block.address(i), block.bytes(), block.issued[i]);
        }
    }

    /** Of one instant: by kind, then the oldest request first. */
    private boolean comesAfter(int at, long time, int kind, long issued, long address) {
        if (ring[at + TIME] != time) {
            return ring[at + TIME] > time;
        }
        if (kindAt(at) != kind) {
            return kindAt(at) > kind;
        }
        return ring[at + ISSUED] > issued || (ring[at + ISSUED] == issued && ring[at + ADDRESS] > address);
    }

    private int kindAt(int at) {
        return (int) ring[at + WHAT] & (1 << KIND_BITS) - 1;
    }

    private void grow() {
        long[] larger = new long[2 * ring.length];
        for (int number = first; number < first + size - 1; number++) {
            int to = place(number, larger.length);
            System.arraycopy(ring, place(number, ring.length), larger, to, 1 << ENTRY_SHIFT);
        }
        ring = larger;
    }

    /** What is past will be told whatever follows, and does not matter. */
    void put(State state, long position, long now) {
        int past = 0;
        while (past < size && ring[place(past) + TIME] < now) {
            past++;
        }
        state.put(size - past);
        for (int i = past; i < size; i++) {
            int at = place(i);
            state.putTime(ring[at + TIME]);
            state.put(ring[at + TIME] - ring[at + ISSUED]);
            state.put(kindAt(at) == Kind.FINISHED.ordinal() ? 0 : ring[at + ADDRESS] - position);
            state.put(ring[at + WHAT]);
        }
    }

    void shift(long ticks, long addressStep) {
        for (int i = 0; i < size; i++) {
            int at = place(i);
            ring[at + TIME] += ticks;
            ring[at + ISSUED] += ticks;
            ring[at + ADDRESS] += addressStep;
        }
    }

    /** Tells everything up to a time, that included. */
    void tell(long until) {
        while (size > 0 && next() <= until) {
            int at = place(0);
            long time = ring[at + TIME];
            long address = ring[at + ADDRESS];
            long issued = ring[at + ISSUED];
            int bytes = (int) (ring[at + WHAT] >> KIND_BITS);
            int kind = kindAt(at);
            first++;
            size--;
            tell(kind, time, address, bytes, issued);
        }
    }

    private void tell(int kind, long time, long address, int bytes, long issued) {
        if (kind >= KINDS.length) {
            listener.failed(FAILURES[kind - KINDS.length], time, address, bytes, issued);
            return;
        }
        if (journal != null) {
            journal.told(this, KINDS[kind], time, address, bytes, time - issued);
        }
        tell(KINDS[kind], time, address, bytes, issued);
    }

    private void tell(Kind kind, long time, long address, int bytes, long issued) {
        switch (kind) {
            case LANDED -> listener.landed(time, address, bytes, issued);
            case COMPLETED -> listener.completed(time, address, bytes, issued);
            case FINISHED -> listener.finished(time, issued);
        }
    }

    /**
     * What was told in a period is about to be told again.
     *
     * @param each whether each TLP is told, though its listener may be content with less
     * @param step bytes by which addresses go on each period
     */
    void beginRepeats(boolean each, long step) {
        repeats = each ? null : listener.repeats().orElse(null);
        stride = step;
    }

    boolean tellsRepeatsOneByOne() {
        return repeats == null;
    }

    /** @param n how many periods ago it was told, with that address */
    void tellAgain(long n, Kind kind, long time, long address, int bytes, long latency) {
        tell(kind, time, address + n * stride, bytes, time - latency);
    }

    void repeated(Kind kind, long at, long period, long count, int bytes, long latency) {
        DmaListener.Repeats told = Objects.requireNonNull(repeats);
        if (kind == Kind.FINISHED) {
            told.repeatedFinish(count, latency);
        } else {
            told.repeated(kind == Kind.COMPLETED, at, period, count, bytes, latency);
        }
    }
}
