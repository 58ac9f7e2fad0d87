package org.p2psim.run.flow;

import com.google.common.math.LongMath;
import org.jspecify.annotations.Nullable;
import org.p2psim.run.flow.Requests.Operations;
import org.p2psim.run.flow.Requests.Pattern;
import org.p2psim.run.flow.Requests.Start;
import org.p2psim.unit.Ticks;

/** Operations: each is cut into requests, and the first request of each waits until the operation may start. */
final class OperationCursor extends Cursor {
    private static final long LATEST = Long.MAX_VALUE / 2;
    private static final long FOUR_GIB = 1L << 32;

    /**
     * Bytes: if an operation or round has more pieces of this size than there are of it to come, a period is looked for
     * in each of them. If there are more to come, one that goes on for several of them is found sooner.
     */
    private static final int PIECE = 16 << 10;

    /** Bytes: rounds that are longer are not compared. */
    private static final int SMALL_WINDOW = 2 << 20;

    /** In the state, where otherwise there is the number of an operation, or a place in the window. */
    private static final long OPERATIONS = -1;

    private static final long ROUNDS = -2;

    private final Operations operations;
    private final Window window;
    private final Draws sizes;
    private final Draws places;
    private final Draws gaps;
    /** Ticks from one byte to the next by the mean rate; 0 if there is none. */
    private final double ticksPerByte;
    /** Null if as many operations may be unfinished as there are; the first stage has them for all. */
    private @Nullable TagPool slots;

    /** Without a rate: when each slot became free that was taken before and is not taken again. */
    private final LongRing freeSince = new LongRing();

    /** Operations that were opened: the requests of the newest of them are being taken. */
    private long opened;
    /** Bytes of operations that are not opened. */
    private long unopened;
    /** Bytes of the newest one, and those that are not taken. */
    private int size;

    private int untaken;
    /** Where the newest one begins. */
    private long start;

    /** When the rate lets the newest one start. */
    private long schedule;

    /** Whether the request that was taken last is the first of its operation. */
    private boolean starting;
    /** Of that operation. */
    private long takenNumber;

    private long takenSchedule;
    private int takenSize;

    private final Unfinished unfinished = new Unfinished();
    /** Whether there is no period of many operations, or none was found. */
    private boolean looksNearby;
    /** How often the window was begun again. */
    private long rounds;

    /** Operations that the stage before is done with, if there is one: when it was, and when they had started. */
    private final LongRing fed = new LongRing();

    private final LongRing fedStarts = new LongRing();
    private boolean waitsForFeed;
    private boolean feedEnded;
    private long lastFed;

    OperationCursor(Operations operations) {
        this.operations = operations;
        this.window = new Window(operations.segments());
        this.sizes = new Draws(operations.seed(), 0);
        this.places = new Draws(operations.seed(), 1);
        this.gaps = new Draws(operations.seed(), 2);
        this.ticksPerByte = ticksPerByte(operations.start());
        this.slots = operations.depth() == 0 ? null : new TagPool(operations.depth());
        this.unopened = operations.bytes();
        this.looksNearby = !operations.isRegular();
        open();
    }

    private static double ticksPerByte(Start start) {
        if (start instanceof Start.Paced paced) {
            return Ticks.PER_SECOND / (double) paced.bytesPerSecond();
        }
        return start instanceof Start.Poisson poisson ? Ticks.PER_SECOND / (double) poisson.bytesPerSecond() : 0;
    }

    /** Opens the next operation, if there is one. */
    private void open() {
        if (unopened == 0) {
            return;
        }
        int span = operations.maxSize() - operations.minSize();
        int wanted = operations.minSize() + (int) sizes.below(opened, span + 1L);
        if (operations.start() instanceof Start.Poisson) {
            double mean = (operations.minSize() + (double) operations.maxSize()) / 2;
            delay(gaps.exponential(opened) * mean * ticksPerByte);
        } else {
            delay(size * ticksPerByte);
        }
        size = (int) Math.min(wanted, unopened);
        untaken = size;
        unopened -= size;
        seek();
        opened++;
    }

    /** What is too late to happen stays so, and is a time nevertheless. */
    private void delay(double ticks) {
        schedule = Math.min(LATEST, LongMath.saturatedAdd(schedule, Math.round(ticks)));
    }

    private void seek() {
        if (operations.pattern() == Pattern.RANDOM) {
            long places = (window.length() - size) / operations.unit() + 1;
            window.seek(this.places.below(opened, places) * operations.unit());
        } else if (window.length() - window.offset() < size) {
            window.seek(0);
            rounds++;
        }
    }

    @Override
    boolean atEnd() {
        return untaken == 0 || (feedEnded && untaken == size && fed.isEmpty());
    }

    @Override
    long address() {
        return window.address();
    }

    @Override
    int take(int max) {
        starting = untaken == size;
        takenNumber = opened - 1;
        takenSchedule = schedule;
        takenSize = size;
        if (starting) {
            start = window.address();
        }
        int bytes = cut(window.address(), Math.min(untaken, window.contiguous()), max);
        tookOf(start, size, starting, untaken == bytes);
        window.advance(bytes);
        untaken -= bytes;
        if (untaken == 0) {
            open();
        }
        return bytes;
    }

    @Override
    void begin(long now) {
        schedule = Math.min(LATEST, LongMath.saturatedAdd(schedule, now));
    }

    @Override
    long readyAt(long now) {
        if (!starting) {
            return now;
        }
        long ready = takenSchedule;
        if (slots != null) {
            ready = Math.max(ready, slots.availableAt(now));
        }
        return waitsForFeed ? Math.max(ready, fed.isEmpty() ? Agenda.NEVER : fed.head()) : ready;
    }

    @Override
    void issued(long now) {
        if (!starting) {
            return;
        }
        starting = false;
        long started = startsAt(now);
        if (slots != null) {
            slots.take();
        }
        if (waitsForFeed) {
            fed.remove();
            started = fedStarts.remove();
        }
        unfinished.add(started, takenSize);
    }

    /** By its rate, or when there was a slot for it. */
    private long startsAt(long now) {
        if (ticksPerByte > 0) {
            return takenSchedule;
        } else if (slots == null) {
            return now;
        }
        return takenNumber < operations.depth() ? takenSchedule : freeSince.remove();
    }

    @Override
    long operation() {
        return takenNumber;
    }

    @Override
    void arrived(long operation, int bytes, long at) {
        unfinished.arrived(operation, bytes, at);
    }

    @Override
    void failed(long operation) {
        unfinished.fail(operation);
    }

    @Override
    Unfinished unfinished() {
        return unfinished;
    }

    @Override
    void release(long at) {
        if (slots != null) {
            slots.giveBack(at);
            if (ticksPerByte == 0) {
                // The end of one that fails at an early stage may be known after the later end of one at the last.
                freeSince.addInOrder(at);
            }
        }
    }

    @Override
    void waitForFeed() {
        waitsForFeed = true;
        slots = null;
    }

    @Override
    void feed(long at, long start) {
        lastFed = Math.max(lastFed, at);
        fed.add(lastFed);
        fedStarts.add(start);
    }

    @Override
    boolean endFeed() {
        feedEnded = true;
        return starting && fed.isEmpty();
    }

    /** The rest of the newest operation, or operations of its size; in its segment, if not in whole rounds. */
    @Override
    long alikeAhead() {
        long inSegment = Math.min(window.contiguous(), belowFourGib(window.address()));
        if (looksInside()) {
            return Math.min(untaken, inSegment);
        } else if (goesRound()) {
            return unopened;
        }
        return operations.isRegular() ? Math.max(0, Math.min(unopened, inSegment - untaken)) : 0;
    }

    /**
     * Whether what repeats itself is looked for in the newest operation and not from operation to operation: nothing but
     * requests of that one is asked for, and nothing that was before it matters until its end.
     */
    private boolean looksInside() {
        boolean underWay = !starting && takenNumber == opened - 1 && untaken > 0;
        boolean pays = looksNearby ? operations.areLarge() : unopened / size < size / PIECE;
        return underWay && pays && unfinished.isNewestAlone();
    }

    /** Whether it is looked for from round to round: the window is small, and is begun again many times. */
    @Override
    boolean goesRound() {
        long length = window.length();
        boolean pays = length <= SMALL_WINDOW && unopened / length > length / PIECE;
        return pays && !looksNearby && !looksInside();
    }

    @Override
    boolean lookNearby() {
        boolean changes = !looksNearby && (operations.areLarge() || window.length() <= SMALL_WINDOW);
        looksNearby |= changes;
        return changes;
    }

    private static long belowFourGib(long address) {
        return Long.compareUnsigned(address, FOUR_GIB) < 0 ? FOUR_GIB - address : Long.MAX_VALUE;
    }

    @Override
    long stretch() {
        long stretch = (goesRound() ? 0 : rounds) << 32 | window.segment() + 1;
        return Long.compareUnsigned(window.address(), FOUR_GIB) < 0 ? -stretch : stretch;
    }

    @Override
    void skip(long bytes) {
        if (looksInside()) {
            untaken -= (int) bytes;
            unfinished.skipOfNewest(bytes);
            window.advance(bytes);
            return;
        }
        boolean round = goesRound();
        unopened -= bytes;
        if (!round) {
            window.advance(bytes);
            start += bytes;
            skipStart(bytes);
        }
    }

    @Override
    void put(State state) {
        if (looksInside()) {
            state.put(opened);
            unfinished.putNewest(state, untaken);
            return;
        }
        state.put(goesRound() ? ROUNDS : OPERATIONS);
        state.put(goesRound() ? window.offset() : 0);
        state.put(size);
        state.put(untaken);
        state.put(starting ? 1 : 0);
        state.put(takenSize);
        state.put(opened - takenNumber);
        if (ticksPerByte > 0) {
            state.putPast(schedule);
            state.putPast(takenSchedule);
        }
        if (slots != null) {
            slots.put(state);
            state.putPast(freeSince);
        }
        unfinished.put(state);
    }

    @Override
    void shift(long ticks) {
        if (looksInside()) {
            unfinished.shiftNewest(ticks);
            return;
        }
        schedule += ticks;
        takenSchedule += ticks;
        if (slots != null) {
            slots.shift(ticks);
            freeSince.shift(ticks);
        }
        unfinished.shift(ticks);
    }
}
