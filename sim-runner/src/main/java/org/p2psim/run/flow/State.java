package org.p2psim.run.flow;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.util.Arrays;
import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.timing.Response;

/**
 * Everything that what follows depends on, as numbers that stay the same if all times are shifted: written once, and
 * then compared with what is written later.
 */
final class State {
    private final ListMultimap<Bdf, Flow> translated = ArrayListMultimap.create();
    private long[] numbers = new long[256];
    private int size;
    private int position;
    private boolean comparing;
    private boolean same;
    private long now;

    /** Keeps what is written from here on. */
    void keep(long time) {
        now = time;
        comparing = false;
        size = 0;
    }

    /** Compares what is written from here on with what is kept. */
    void compare(long time) {
        now = time;
        comparing = true;
        same = true;
        position = 0;
    }

    void setFlows(List<Flow> flows) {
        translated.clear();
        flows.stream().filter(Flow::needsTranslations).forEach(flow -> translated.put(flow.initiator(), flow));
    }

    /** The flows whose translations those of a function are; none if these flows have nothing to do with them. */
    List<Flow> flowsOf(Bdf initiator) {
        return translated.get(initiator);
    }

    /** Whether something differs already; then nothing more needs to be written. */
    boolean differs() {
        return comparing && !same;
    }

    /** Whether all that is kept was written again. */
    boolean isSame() {
        return same && position == size;
    }

    void put(long number) {
        if (comparing) {
            same = same && position < size && numbers[position] == number;
            position++;
            return;
        }
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * size);
        }
        numbers[size++] = number;
    }

    /** A time from which on something is possible: it does not matter how long ago it was. */
    void putTime(long time) {
        put(time == Agenda.NEVER ? Agenda.NEVER : Math.max(0, time - now));
    }

    /** A time in the past that matters. */
    void putPast(long time) {
        put(now - time);
    }

    void putPast(LongRing times) {
        put(times.size());
        for (int i = 0; i < times.size(); i++) {
            putPast(times.at(i));
        }
    }

    void put(TimedUnits units) {
        put(units.size());
        for (int i = 0; i < units.size(); i++) {
            putTime(units.time(i));
            put(units.headers(i));
            put(units.data(i));
        }
    }

    void putTimes(LongRing times) {
        put(times.size());
        for (int i = 0; i < times.size(); i++) {
            putTime(times.at(i));
        }
    }

    /** Where a request is in its operation. */
    private void putPlace(Tlp request) {
        put(request.operation - request.flow.requester().operation());
        putShape(request);
    }

    /** What its pace depends on besides its bytes, and whether it is refused. */
    void putShape(Tlp tlp) {
        int flags = (tlp.firstOfDma ? 1 : 0)
                | (tlp.tailOfOdd ? 2 : 0)
                | (tlp.above4GiB ? 4 : 0)
                | (tlp.response == Response.SERVED ? 0 : 8);
        put(tlp.dmaBytes << 4 | flags);
    }

    /** A TLP, wherever it is; its address as seen from where its flow has come to. */
    void put(Tlp tlp) {
        put(((long) tlp.flow.number << 32) | ((long) tlp.path.number << 8) | tlp.step);
        put(tlp.kind.ordinal());
        put(tlp.bytes);
        put(tlp.address - tlp.flow.position());
        put(tlp.tail);
        put(tlp.heldUnits);
        putPast(tlp.issued);
        putTime(tlp.eligible);
        Tlp request = tlp.request;
        if (request != null) {
            put(request.missing);
        }
        putPlace(request == null ? tlp : request);
    }
}
