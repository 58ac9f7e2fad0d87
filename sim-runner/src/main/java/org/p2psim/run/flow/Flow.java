package org.p2psim.run.flow;

import com.google.common.math.LongMath;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Failure;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.Response;
import org.p2psim.transaction.TlpKind;

/** One DMA: the requests that its initiator issues, and what has become of them. */
final class Flow extends Input {
    final int number;

    private final Progress progress;
    private final DmaRequest request;
    private final Reports reports;
    private final DmaListener listener;
    private final TagPool tags;
    private final Cursor cursor;
    private final DmaEngineTiming engine;
    private final boolean reads;
    private final long bytes;
    private final boolean targetAbove4GiB;

    private final ReadRequests readRequests;
    private final Poison poison;
    private final Runnable whenDone;

    /** Where its operations go when they are over here. */
    private @Nullable Flow nextStage;
    /** Where they began. */
    private Flow firstStage = this;

    private @Nullable Way way;
    /** Whether it may come to its end with a request that is refused, or not answered in time. */
    private boolean mayFail;

    private double ticksPerByte;
    private @Nullable Tlp next;
    /** Bytes of requests that are on their way or not answered. */
    private long outstanding;

    private long lastArrival;
    private long asked;
    private long requests;
    private long skippedBytes;
    private long addressStep;
    private long skipNumber;
    private long lastTag = -1;
    private boolean stopped;
    private boolean ended;

    Flow(
            int number,
            Progress progress,
            DmaRequest request,
            TagPool tags,
            boolean targetAbove4GiB,
            DeviceTiming initiator,
            Poison poison,
            DmaListener listener,
            Runnable whenDone) {
        this.number = number;
        this.progress = progress;
        this.request = request;
        this.tags = tags;
        this.targetAbove4GiB = targetAbove4GiB;
        this.reports = new Reports(number, listener, progress);
        this.listener = listener;
        this.engine = initiator.engine();
        long timeout = initiator.completionTimeout().orElse(Agenda.NEVER);
        this.readRequests = new ReadRequests(this, progress, tags, timeout);
        this.poison = poison;
        this.whenDone = whenDone;
        this.cursor = Cursor.of(request.requests(), engine.alignedReads() && request.direction() == Direction.READ);
        this.reads = request.direction() == Direction.READ;
        this.bytes = request.bytes();
    }

    void start(Way itsWay) {
        way = itsWay;
        mayFail = reads || itsWay.request().mayBlock();
        ticksPerByte = itsWay.ticksPerByte();
        Channel first = itsWay.request().channel(0);
        if (reads) {
            tags.askedFrom(first);
            tags.begins(this);
        }
        lastArrival = progress.now();
        cursor.begin(lastArrival);
        prepare();
        first.ports().addSource(this);
        progress.begun(this);
        progress.poke(first, progress.now());
    }

    private Way way() {
        if (way == null) {
            throw new IllegalStateException("flow %d has not begun".formatted(number));
        }
        return way;
    }

    /** Issues nothing more from now on; what is in flight goes on. No stage before it does more either. */
    void stop() {
        for (Flow stage = firstStage; stage != null && stage != nextStage; stage = stage.nextStage) {
            stage.stopped = true;
            stage.endIfDrained(progress.now());
        }
    }

    /** Its operations come from another flow, which is the stage before. */
    void follow(Flow before) {
        if (!(before.request.requests() instanceof Requests.Operations)) {
            throw new IllegalArgumentException("only operations go from stage to stage");
        }
        cursor.waitForFeed();
        before.nextStage = this;
        firstStage = before.firstStage;
    }

    /** The stage before will do no more. */
    private void endFeed() {
        if (cursor.endFeed() && next != null) {
            progress.giveBack(next);
            next = null;
        }
        endIfDrained(progress.now());
    }

    Bdf initiator() {
        return request.initiator().address();
    }

    /** Whether there is a translation for an address, in an IOMMU on the way or by ATS; raw bus addresses have none. */
    boolean isTranslated(long address) {
        return request.kind() != AddressKind.BUS_ADDRESS && request.translated().test(address);
    }

    /** Whether translations are kept for it somewhere on its way. */
    boolean needsTranslations() {
        return request.kind() != AddressKind.BUS_ADDRESS && way().request().isTranslated();
    }

    boolean targetAbove4GiB() {
        return targetAbove4GiB;
    }

    DmaRequest request() {
        return request;
    }

    /** Where what a completer sends goes. */
    Path answerPath(Completer completer) {
        return way().answers(completer);
    }

    /** A write that was issued at a time. */
    Tlp write(long address, int bytes, long issued) {
        return request(TlpKind.MEM_WRITE, address, bytes, issued);
    }

    private Tlp request(TlpKind kind, long address, int bytes, long issued) {
        Tlp tlp = progress.take(this, way().request());
        tlp.set(this, way().request(), kind, address, bytes, issued);
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

    /** Whether it waits for nothing but a tag, where another reader does. */
    boolean wantsTag(Flow other, long now) {
        return next != null
                && !stopped
                && way().request().channel(0) == other.way().request().channel(0)
                && cursor.readyAt(now) <= now;
    }

    /** Whether an IOMMU on the way need not keep its reads in order: what answers them does not either. */
    boolean readsMemory() {
        return reads && request.memory() instanceof Target.MemoryTarget;
    }

    @Override
    boolean holdsTurn() {
        return engine.wholeDmas() && next != null && !stopped;
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
     * A read is where it is to be answered.
     *
     * @param latency until its data is there, ticks
     */
    void asks(Tlp read, long tail, long latency, Response response) {
        readRequests.asks(read, Objects.requireNonNull(way().completer()), tail, latency, response);
    }

    /** Whether its sender may mark any of its data as bad. */
    boolean mayBePoisoned() {
        return poison.isPossible();
    }

    /** Whether data that answers a read is marked as bad. */
    boolean poisonsAnswer(Tlp read, int offset) {
        return poison.strikes(read.number, offset);
    }

    /**
     * How many of the next writes are alike, of so many at most: of the size of the first one, one after the other, none
     * but the first at an end of a segment. None if nothing more is to be issued.
     */
    int alikeAhead(int most) {
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

    /** Writes of a block have landed, see {@link Reports#landed}. */
    void wroteAlike(Block block, int from, int to, long onward, long horizon) {
        lastArrival = block.starts[to - 1] + onward;
        outstanding -= (long) (to - from) * block.bytes();
        reports.landed(block, from, to, onward, horizon);
        endIfDrained(lastArrival);
    }

    /** The first completion of a read leaves. */
    void served(Tlp read, long at) {
        reports.add(Reports.Kind.LANDED, at, read);
    }

    void wrote(Tlp write, long at) {
        reports.add(Reports.Kind.LANDED, at, write);
        if (write.poisoned) {
            reports.addFailed(Failure.POISONED, at, write);
        }
        progress.giveBack(write);
        arrived(write.operation, write.bytes, at);
    }

    /** Nobody takes a write. */
    void dropped(Tlp write, long at) {
        cursor.failed(write.operation);
        reports.addFailed(Failure.DROPPED, at, write);
        progress.giveBack(write);
        arrived(write.operation, write.bytes, at);
    }

    /** The channel that it is on lets it go no further. */
    void blocked(Tlp tlp, long at) {
        Pace pace = tlp.path.channel(tlp.step).pace();
        if (reads) {
            long latency = pace.translates() ? 0 : way().refusal();
            Completer completer = Objects.requireNonNull(way().errorCompleter());
            readRequests.asks(tlp, completer, at, latency, pace.refusal());
        } else {
            dropped(tlp, at);
        }
    }

    /** A completion is back. */
    void answered(Tlp completion, long at) {
        readRequests.answered(completion, Objects.requireNonNull(completion.request), at);
    }

    /** All that was asked for with a read is there. */
    void completed(Tlp read, long at) {
        reports.add(Reports.Kind.COMPLETED, at, read);
        if (read.poisoned) {
            reports.addFailed(Failure.POISONED, at, read);
        }
        arrived(read.operation, read.bytes, at);
    }

    /** Nobody will ever answer a read. */
    void unanswered(Tlp read, long at) {
        lastArrival = Math.max(lastArrival, at);
        reports.addFailed(Failure.NO_COMPLETION, at, read);
    }

    /** A read has come to its end without data. */
    void failed(Tlp read, Failure how, long at) {
        cursor.failed(read.operation);
        reports.addFailed(how, at, read);
        arrived(read.operation, read.bytes, at);
    }

    private void arrived(long operation, int bytes, long at) {
        outstanding -= bytes;
        lastArrival = Math.max(lastArrival, at);
        cursor.arrived(operation, bytes, at);
        for (Unfinished operations = cursor.unfinished(); operations.hasFinished(); ) {
            if (operations.hasFailed()) {
                firstStage.cursor.release(operations.finish());
                firstStage.pokeAt(operations.finish());
                operations.remove();
            } else {
                finished(operations.finish(), operations.remove());
            }
        }
        endIfDrained(at);
    }

    /** An operation is over here: it goes on to the next stage, or is over for good. */
    private void finished(long at, long started) {
        if (nextStage != null) {
            nextStage.cursor.feed(at, started);
            nextStage.pokeAt(at);
            return;
        }
        reports.addFinished(at, started);
        firstStage.cursor.release(at);
        firstStage.pokeAt(at);
    }

    private void pokeAt(long at) {
        progress.poke(way().request().channel(0), at);
    }

    private void endIfDrained(long at) {
        if (outstanding == 0 && (stopped || next == null) && !ended) {
            ended = true;
            progress.done(this, Math.max(lastArrival, at));
        }
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
        state.put(position() & (way().request().alignment() - 1));
        state.put(cursor.stretch());
        cursor.put(state);
        state.put(stopped ? 1 : 0);
        state.put(ended ? 1 : 0);
        state.put(outstanding);
        state.putTime(lastArrival);
        tags.put(state);
        state.put(tags.rank(this));
        reports.put(state, position(), progress.now());
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

    /** How many of so many bytes ahead have translations, where it needs any: in whole pages. */
    long translatedAhead(long bytes) {
        long page = way().request().alignment();
        if (!way().request().isTranslated()) {
            return bytes;
        }
        long from = position();
        long translated = 0;
        while (translated < bytes && isTranslated(from + translated)) {
            translated += page;
        }
        return Math.min(translated, bytes);
    }

    /** Bytes that it still has to ask for in the same way as until now. */
    long alikeAhead() {
        return next == null || stopped ? 0 : cursor.alikeAhead();
    }

    /** No period was found. Returns whether shorter ones are looked for from now on. */
    boolean lookNearby() {
        return cursor.lookNearby();
    }

    /** Bytes that it has asked for. */
    long asked() {
        return asked;
    }

    /** By how many bytes its addresses go on in the skip that is under way. */
    long addressStep() {
        return addressStep;
    }

    /** From now on it is somewhere else, to which {@link #shift} moves what is on its way. */
    void beginSkip(long bytes, long number) {
        skippedBytes = bytes;
        addressStep = addressStep(bytes);
        skipNumber = number;
        asked += bytes;
    }

    /** So that every TLP is moved once. */
    long skipNumber() {
        return skipNumber;
    }

    void shift(long ticks) {
        if (next != null) {
            next.address += addressStep;
        }
        cursor.shift(ticks);
        // One that waits for ever has had its last arrival, however long others go on.
        if (skippedBytes > 0) {
            lastArrival += ticks;
            cursor.skip(skippedBytes);
        }
        reports.shift(ticks, addressStep);
    }

    /** Whether what its initiator does may repeat itself. */
    boolean mayRepeat() {
        return isOneStage()
                && request.requests().mayRepeat()
                && !poison.isPossible()
                && isAnsweredAlike()
                && !(needsTranslations() && comesBack());
    }

    /** Whether nothing that it does before its end makes anybody else do something. */
    boolean isHeardOfAtItsEnd() {
        return mayRepeat()
                || (isOneStage() && !poison.isPossible() && !way().request().mayBlock());
    }

    private boolean isOneStage() {
        return nextStage == null && firstStage == this;
    }

    /** Whether its requests take equally long at the target, whatever their addresses. */
    private boolean isAnsweredAlike() {
        return !reads
                || !(request.memory() instanceof Target.MemoryTarget host)
                || host.cached().alike();
    }

    /** Whether it may ask for an address below one that it has asked for, whose translation is then wanted again. */
    private boolean comesBack() {
        return request.requests() instanceof Requests.Operations operations
                && (operations.pattern() == Requests.Pattern.RANDOM
                        || operations.segments().size() > 1
                        || operations.bytes() > operations.segments().get(0).length());
    }

    void note(@Nullable Journal journal) {
        reports.note(journal);
    }

    /**
     * What its listener was told is about to be told again.
     *
     * @param each whether each TLP is, though its listener may be content with less
     * @param step bytes by which it goes on each period
     */
    void beginRepeats(boolean each, long step) {
        reports.beginRepeats(each, addressStep(step));
    }

    private long addressStep(long bytes) {
        return cursor.goesRound() ? 0 : bytes;
    }

    /** All that its TLPs, their answers and the DLLPs about them pass. */
    Set<Channel> channels() {
        return way().channels();
    }

    boolean mayFail() {
        return mayFail;
    }

    /** When it may come to its end at the earliest if nothing fails, ticks. */
    long earliestEnd(long now) {
        if (next == null || stopped || way().mayEndAnyTime()) {
            return now;
        }
        double left = (double) bytes - asked;
        return LongMath.saturatedAdd(now, (long) (left * ticksPerByte));
    }

    TagPool tags() {
        return tags;
    }

    Path requestPath() {
        return way().request();
    }

    @Nullable
    Path completionPath() {
        return way().completion();
    }

    @Nullable
    Completer completer() {
        return way().completer();
    }

    /** What its listener is still to be told. */
    Reports reports() {
        return reports;
    }

    /** Nothing happens any more, and all is told. Returns when something became of it last, ticks. */
    long waitForEver() {
        listener.waitsForEver(lastArrival);
        return lastArrival;
    }

    /** Its last TLP has arrived. */
    void end() {
        way().request().channel(0).ports().removeSource(this);
        tags.ends(this);
        whenDone.run();
        progress.ended(this);
        listener.done();
        if (nextStage != null) {
            nextStage.endFeed();
        }
    }
}
