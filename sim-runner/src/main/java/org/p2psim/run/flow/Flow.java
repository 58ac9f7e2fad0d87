package org.p2psim.run.flow;

import com.google.common.math.LongMath;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Failure;
import org.p2psim.routing.AddressKind;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.Response;

/** One DMA: what becomes of the requests that its {@link Requester} issues, until all of them are over. */
final class Flow {
    final int number;

    private final Progress progress;
    private final DmaRequest request;
    private final Reports reports;
    private final DmaListener listener;
    private final Cursor cursor;
    private final Requester requester;
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
    private long lastArrival;
    /** Whether a read was refused that its target would have answered before. */
    private boolean refused;

    private boolean ended;

    private long skippedBytes;
    private long addressStep;
    private long skipNumber;

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
        this.targetAbove4GiB = targetAbove4GiB;
        this.reports = new Reports(number, listener, progress);
        this.listener = listener;
        this.poison = poison;
        this.whenDone = whenDone;
        this.reads = request.isRead();
        this.bytes = request.bytes();
        this.cursor = Cursor.of(request.requests(), reads && initiator.engine().alignedReads());
        this.requester = new Requester(this, progress, request, cursor, tags, initiator.engine(), poison);
        long timeout = initiator.completionTimeout().orElse(Agenda.NEVER);
        this.readRequests = new ReadRequests(this, progress, tags, timeout);
    }

    void start(Way itsWay) {
        way = itsWay;
        mayFail = reads || itsWay.request().mayBlock();
        ticksPerByte = itsWay.ticksPerByte();
        lastArrival = progress.now();
        requester.begin(itsWay.request());
        progress.begun(this);
        progress.poke(itsWay.request().channel(0), progress.now());
    }

    /** Where its TLPs go, from its start on. */
    Way way() {
        if (way == null) {
            throw new IllegalStateException("flow %d has not begun".formatted(number));
        }
        return way;
    }

    /** Issues nothing more from now on; what is in flight goes on. No stage before it does more either. */
    void stop() {
        for (Flow stage = firstStage; stage != null && stage != nextStage; stage = stage.nextStage) {
            stage.requester.stop();
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

    Requester requester() {
        return requester;
    }

    DmaRequest request() {
        return request;
    }

    Bdf initiator() {
        return request.initiator().address();
    }

    /** Whether translations are kept for it somewhere on its way. */
    boolean needsTranslations() {
        return request.kind() != AddressKind.BUS_ADDRESS && way().request().isTranslated();
    }

    boolean targetAbove4GiB() {
        return targetAbove4GiB;
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
     * A read is where it is to be answered.
     *
     * @param latency until its data is there, ticks
     */
    void asks(Tlp read, long tail, long latency, Response response) {
        readRequests.asks(read, Objects.requireNonNull(way().completer()), tail, latency, response);
    }

    /** The first completion of a read leaves. One that says that nobody answers takes as long as the data would. */
    void served(Tlp read, long at) {
        if (!request.answered().test(read.address)) {
            read.response = Response.UNSUPPORTED_REQUEST;
            refused = true;
        }
        reports.add(Reports.Kind.LANDED, at, read);
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

    void wrote(Tlp write, long at) {
        reports.add(Reports.Kind.LANDED, at, write);
        if (write.poisoned) {
            reports.addFailed(Failure.POISONED, at, write);
        }
        progress.giveBack(write);
        arrived(write.operation, write.bytes, at);
    }

    /** Writes of a block have landed, see {@link Reports#landed}. */
    void wroteAlike(Block block, int from, int to, long onward, long horizon) {
        lastArrival = block.starts[to - 1] + onward;
        requester.over((long) (to - from) * block.bytes());
        reports.landed(block, from, to, onward, horizon);
        endIfDrained(lastArrival);
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

    private void arrived(long operation, int bytes, long at) {
        requester.over(bytes);
        lastArrival = Math.max(lastArrival, at);
        cursor.arrived(operation, bytes, at);
        for (Unfinished operations = cursor.unfinished(); operations.hasFinished(); ) {
            if (operations.hasFailed()) {
                firstStage.requester.release(operations.finish());
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
            nextStage.requester.feed(at, started);
            return;
        }
        reports.addFinished(at, started);
        firstStage.requester.release(at);
    }

    private void endIfDrained(long at) {
        if (requester.isDrained() && !ended) {
            ended = true;
            progress.done(this, Math.max(lastArrival, at));
        }
    }

    /** Its last TLP has arrived. */
    void end() {
        requester.end();
        whenDone.run();
        progress.ended(this);
        listener.done();
        if (nextStage != null) {
            nextStage.endFeed();
        }
    }

    private void endFeed() {
        requester.endFeed();
        endIfDrained(progress.now());
    }

    /** Nothing happens any more, and all is told. Returns when something became of it last, ticks. */
    long waitForEver() {
        listener.waitsForEver(lastArrival);
        return lastArrival;
    }

    /** What its listener is still to be told. */
    Reports reports() {
        return reports;
    }

    boolean mayFail() {
        return mayFail;
    }

    /** When it may come to its end at the earliest if nothing fails, ticks. */
    long earliestEnd(long now) {
        if (requester.issuesNoMore() || way().mayEndAnyTime() || isBeingRefused()) {
            return now;
        }
        double left = (double) bytes - requester.asked();
        return LongMath.saturatedAdd(now, (long) (left * ticksPerByte));
    }

    /** Whether a refusal is on its way, or will be. */
    private boolean isBeingRefused() {
        return refused || (reads && !request.answered().test(position()));
    }

    /** Whether what its initiator does may repeat itself. */
    boolean mayRepeat() {
        return isOneStage()
                && request.requests().mayRepeat()
                && !poison.isPossible()
                && request.isAnsweredAlike()
                && !(needsTranslations() && request.requests().comesBack());
    }

    /** Whether nothing that it does before its end makes anybody else do something. */
    boolean isHeardOfAtItsEnd() {
        return mayRepeat()
                || (isOneStage() && !poison.isPossible() && !way().request().mayBlock());
    }

    private boolean isOneStage() {
        return nextStage == null && firstStage == this;
    }

    void put(State state) {
        requester.put(state);
        state.put(ended ? 1 : 0);
        state.putTime(lastArrival);
        reports.put(state, position(), progress.now());
    }

    /** The address that it asks for next. */
    long position() {
        return requester.position();
    }

    /** No address that it has asked for and that is still on its way, or will ask for, is below this one. */
    long lowest() {
        return requester.lowest();
    }

    /** From now on it is somewhere else, to which {@link #shift} moves what is on its way. */
    void beginSkip(long bytes, long number) {
        skippedBytes = bytes;
        addressStep = requester.addressStep(bytes);
        skipNumber = number;
    }

    /** By how many bytes its addresses go on in the skip that is under way. */
    long addressStep() {
        return addressStep;
    }

    /** So that every TLP is moved once. */
    long skipNumber() {
        return skipNumber;
    }

    void shift(long ticks) {
        requester.skip(skippedBytes, addressStep, ticks);
        // One that waits for ever has had its last arrival, however long others go on.
        if (skippedBytes > 0) {
            lastArrival += ticks;
        }
        reports.shift(ticks, addressStep);
    }
}
