package org.p2psim.run.flow;

import java.util.ArrayDeque;
import java.util.Deque;
import org.p2psim.run.engine.Engine;
import org.p2psim.transaction.Splitting;
import org.p2psim.transaction.TlpKind;

/**
 * Memory reads, as many at once as there are tags, and their completions, which the target sends in the order of the
 * requests.
 */
final class ReadDma implements Dma {
    private final Engine engine;
    private final DmaRequest request;
    private final DmaListener listener;
    private final Runnable whenDone;
    private final Way requestWay;
    private final Way completionWay;
    private final Way errorWay;
    private final Cursor cursor;
    private final Runnable issue = this::issue;
    private final Runnable serve = this::serve;

    /** At the initiator, oldest first, and how much of the oldest is back. */
    private final Deque<Tlp> outstanding = new ArrayDeque<>();

    private int oldestBack;

    /** At the target, oldest first, and how much of the oldest is sent. */
    private final Deque<Tlp> toServe = new ArrayDeque<>();

    private int oldestSent;
    private boolean serving;

    private boolean waitsForTag;
    private boolean stopped;
    private boolean done;

    ReadDma(Engine engine, Ways ways, DmaRequest request, DmaListener listener, Runnable whenDone) {
        this.engine = engine;
        this.request = request;
        this.listener = listener;
        this.whenDone = whenDone;
        this.cursor = new Cursor(request.segments());
        this.requestWay = ways.request(this::requestArrived, this::requestBlocked);
        this.completionWay = ways.completion(this::completionArrived);
        this.errorWay = ways.errorCompletion(this::errorArrived);
    }

    @Override
    public void start() {
        engine.at(engine.now(), issue);
    }

    @Override
    public void stop() {
        stopped = true;
        engine.at(engine.now(), this::finishIfDrained);
    }

    private void issue() {
        if (stopped || cursor.atEnd()) {
            finishIfDrained();
            return;
        }
        if (outstanding.size() == request.tags()) {
            waitsForTag = true;
            return;
        }
        long address = cursor.address();
        int bytes = cursor.take(request.mrrs());
        Tlp read = new Tlp(requestWay, TlpKind.MEM_READ, address, bytes, engine.now());
        outstanding.add(read);
        engine.at(requestWay.send(read), issue);
    }

    /** The IOMMU has no translation: it answers for the target. */
    private void requestBlocked(Tlp read) {
        errorWay.send(new Tlp(errorWay, TlpKind.COMPLETION, read.address(), read.bytes(), read.issued()));
    }

    /** It comes back before those that are older and on the longer way. */
    private void errorArrived(Tlp error) {
        stopped = true;
        outstanding.removeIf(read -> read.address() == error.address());
        listener.refused(error.address(), error.bytes(), error.issued());
        finishIfDrained();
    }

    /** The target has what a request asks for. */
    private void requestArrived(Tlp read) {
        toServe.add(read);
        if (!serving) {
            serve();
        }
    }

    /** Sends the next completion. */
    private void serve() {
        Tlp read = toServe.peek();
        serving = read != null;
        if (read == null) {
            return;
        }
        if (oldestSent == 0) {
            listener.landed(read.address(), read.bytes(), read.issued());
        }
        long address = read.address() + oldestSent;
        int bytes = Splitting.nextCompletion(address, read.bytes() - oldestSent, request.rcb(), request.mps());
        oldestSent += bytes;
        if (oldestSent == read.bytes()) {
            toServe.remove();
            oldestSent = 0;
        }
        long next =
                completionWay.send(new Tlp(completionWay, TlpKind.COMPLETION_WITH_DATA, address, bytes, read.issued()));
        engine.at(next, serve);
    }

    private void completionArrived(Tlp completion) {
        Tlp read = outstanding.element();
        oldestBack += completion.bytes();
        if (oldestBack < read.bytes()) {
            return;
        }
        oldestBack = 0;
        outstanding.remove();
        listener.completed(read.address(), read.bytes(), read.issued());
        if (waitsForTag) {
            waitsForTag = false;
            issue();
        } else {
            finishIfDrained();
        }
    }

    private void finishIfDrained() {
        if (outstanding.isEmpty() && (stopped || cursor.atEnd()) && !done) {
            done = true;
            whenDone.run();
        }
    }
}
