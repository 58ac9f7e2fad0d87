package org.p2psim.run.flow;

import com.google.common.math.LongMath;
import org.jspecify.annotations.Nullable;
import org.p2psim.outcome.Failure;
import org.p2psim.timing.Response;

/** What becomes of the reads of a flow once they are where they are to be answered, or will not be. */
final class ReadRequests {
    private final Flow flow;
    private final Progress progress;
    private final TagPool tags;
    private final long completionTimeout;

    /** @param completionTimeout ticks, {@link Agenda#NEVER} if there is none */
    ReadRequests(Flow flow, Progress progress, TagPool tags, long completionTimeout) {
        this.flow = flow;
        this.progress = progress;
        this.tags = tags;
        this.completionTimeout = completionTimeout;
    }

    /**
     * One is where it is to be answered, or refused.
     *
     * @param latency until the answer sets out, be it too late, ticks
     */
    void asks(Tlp read, Completer completer, long tail, long latency, Response response) {
        if (response == Response.NONE) {
            lost(read, tail);
            return;
        }
        read.response = response;
        if (tail + latency >= deadline(read)) {
            read.givenUp = true;
            giveUp(read, Math.max(tail, deadline(read)), Failure.COMPLETION_TIMEOUT);
        }
        completer.ask(read, tail, latency);
    }

    private long deadline(Tlp read) {
        return LongMath.saturatedAdd(read.issued, completionTimeout);
    }

    /**
     * Nobody answers it. With Completion Timeout Disable set (Device Control 2, PCIe base specification 5.0, 2.8 and
     * 7.5.3.16) its requester does not find out: it stays outstanding, and keeps its tag.
     */
    private void lost(Tlp read, long at) {
        if (completionTimeout == Agenda.NEVER) {
            flow.unanswered(read, at);
        } else {
            giveUp(read, Math.max(at, deadline(read)), Failure.COMPLETION_TIMEOUT);
        }
        progress.giveBack(read);
    }

    /** It is over without data: its tag is free, and the initiator issues no more. */
    private void giveUp(Tlp read, long at, Failure how) {
        progress.stop(flow, at);
        tagBack(read, at);
        flow.failed(read, how, at);
    }

    /** All that wait for a tag of the function may go on. */
    private void tagBack(Tlp read, long at) {
        progress.tagBack(tags, at, read.bytes);
        for (Channel asker : tags.askers()) {
            progress.poke(asker, at);
        }
    }

    /** A completion is back. */
    void answered(Tlp completion, Tlp read, long at) {
        read.missing -= completion.bytes;
        read.poisoned |= completion.poisoned;
        progress.giveBack(completion);
        if (read.missing > 0) {
            return;
        }
        Failure failure = at > deadline(read) ? Failure.COMPLETION_TIMEOUT : refusal(read);
        if (!read.givenUp && failure != null) {
            giveUp(read, at, failure);
        } else if (!read.givenUp) {
            tagBack(read, at);
            flow.completed(read, at);
        }
        progress.giveBack(read);
    }

    private static @Nullable Failure refusal(Tlp read) {
        return switch (read.response) {
            case SERVED -> null;
            case UNSUPPORTED_REQUEST -> Failure.UNSUPPORTED_REQUEST;
            case COMPLETER_ABORT -> Failure.COMPLETER_ABORT;
            case NONE -> throw new IllegalStateException("nobody answers it");
        };
    }
}
