package org.p2psim.run.flow;

import java.util.Arrays;
import org.p2psim.transaction.Credits;
import org.p2psim.transaction.TlpClass;

/** The credits that the sending end of a channel has, by flow-control class, and those that come back at known times. */
final class AvailableCredits {
    private static final TlpClass[] CLASSES = TlpClass.values();

    private final Credits all;
    private final int[] headers;
    private final int[] data;
    private final boolean[] infinite = new boolean[CLASSES.length];
    private final TimedUnits[] arriving = new TimedUnits[CLASSES.length];

    AvailableCredits(Credits all) {
        this.all = all;
        headers = Arrays.stream(CLASSES).mapToInt(all::headers).toArray();
        data = Arrays.stream(CLASSES).mapToInt(all::data).toArray();
        for (int i = 0; i < CLASSES.length; i++) {
            arriving[i] = new TimedUnits();
            infinite[i] = headers[i] == Credits.INFINITE && data[i] == Credits.INFINITE;
        }
    }

    boolean areInfinite(int tlpClass) {
        return infinite[tlpClass];
    }

    /** Whether there are some for a TLP with so many data units. */
    boolean suffice(int tlpClass, int units) {
        return infinite[tlpClass]
                || (headers[tlpClass] != 0 && (data[tlpClass] == Credits.INFINITE || data[tlpClass] >= units));
    }

    /** For how many such TLPs there are some. */
    int count(int tlpClass, int units) {
        int most = headers[tlpClass] == Credits.INFINITE ? Integer.MAX_VALUE : headers[tlpClass];
        return data[tlpClass] == Credits.INFINITE ? most : Math.min(most, data[tlpClass] / units);
    }

    /** Takes those for so many TLPs with so many data units together. */
    void spend(int tlpClass, int tlps, int units) {
        add(tlpClass, -tlps, -units);
    }

    private void add(int tlpClass, int headerUnits, int dataUnits) {
        if (headers[tlpClass] != Credits.INFINITE) {
            headers[tlpClass] += headerUnits;
        }
        if (data[tlpClass] != Credits.INFINITE) {
            data[tlpClass] += dataUnits;
        }
    }

    /** Some come back, now or later. */
    void comeBack(int tlpClass, int headerUnits, int dataUnits, long at) {
        arriving[tlpClass].add(at, headerUnits, dataUnits);
    }

    /** Those that have come back can be used. */
    void absorb(int tlpClass, long now) {
        TimedUnits returns = arriving[tlpClass];
        while (!returns.isEmpty() && returns.time() <= now) {
            add(tlpClass, returns.headers(), returns.data());
            returns.remove();
        }
    }

    void absorb(long now) {
        for (int i = 0; i < CLASSES.length; i++) {
            absorb(i, now);
        }
    }

    /** When the next ones come back that are on their way; {@link Agenda#NEVER} if none are. */
    long nextArrival(int tlpClass) {
        TimedUnits returns = arriving[tlpClass];
        return returns.isEmpty() ? Agenda.NEVER : returns.time();
    }

    /** Whether all are here, on their way, or free at the receiver. */
    boolean areComplete(Receiver receiver) {
        boolean complete = true;
        for (int i = 0; i < CLASSES.length; i++) {
            TimedUnits freed = receiver.freed(i);
            int headersBack = arriving[i].allHeaders() + freed.allHeaders();
            int dataBack = arriving[i].allData() + freed.allData();
            complete &= areAll(headers[i], headersBack, all.headers(CLASSES[i]));
            complete &= areAll(data[i], dataBack, all.data(CLASSES[i]));
        }
        return complete;
    }

    private static boolean areAll(int here, int onTheirWay, int all) {
        return all == Credits.INFINITE || here + onTheirWay == all;
    }

    void put(State state) {
        for (int i = 0; i < CLASSES.length; i++) {
            state.put(headers[i]);
            state.put(data[i]);
            state.put(arriving[i]);
        }
    }

    void shift(long ticks) {
        for (TimedUnits units : arriving) {
            units.shift(ticks);
        }
    }
}
