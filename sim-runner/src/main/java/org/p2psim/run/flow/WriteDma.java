package org.p2psim.run.flow;

import org.p2psim.run.engine.Engine;
import org.p2psim.transaction.TlpKind;

/**
 * Posted writes: one is issued whenever the first link has taken the one before and there is room on the way. The
 * room stands for flow-control credits, which the receiver frees when the write lands.
 */
final class WriteDma implements Dma {
    private final Engine engine;
    private final DmaRequest request;
    private final DmaListener listener;
    private final Runnable whenDone;
    private final Way way;
    private final long room;
    private final Cursor cursor;
    private final Runnable issue = this::issue;

    private long inFlight;
    private boolean waitsForRoom;
    private boolean stopped;
    private boolean done;

    WriteDma(Engine engine, Ways ways, DmaRequest request, DmaListener listener, Runnable whenDone) {
        this.engine = engine;
        this.request = request;
        this.listener = listener;
        this.whenDone = whenDone;
        this.cursor = new Cursor(request.segments());
        this.way = ways.request(this::arrived, this::blocked);
        this.room = ways.postedRoom();
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
        if (inFlight > 0 && inFlight + request.mps() > room) {
            waitsForRoom = true;
            return;
        }
        long address = cursor.address();
        int bytes = cursor.take(request.mps());
        inFlight += bytes;
        long next = way.send(new Tlp(way, TlpKind.MEM_WRITE, address, bytes, engine.now()));
        engine.at(next, issue);
    }

    private void arrived(Tlp write) {
        listener.landed(write.address(), write.bytes(), write.issued());
        ended(write);
    }

    private void blocked(Tlp write) {
        listener.dropped(write.address(), write.bytes(), write.issued());
        ended(write);
    }

    private void ended(Tlp write) {
        inFlight -= write.bytes();
        if (waitsForRoom) {
            waitsForRoom = false;
            issue();
        } else {
            finishIfDrained();
        }
    }

    private void finishIfDrained() {
        if (inFlight == 0 && (stopped || cursor.atEnd()) && !done) {
            done = true;
            whenDone.run();
        }
    }
}
