package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.p2psim.timing.DmaEngineTiming.Rounds;

/** The tags of a function: how many of its reads may be outstanding at once. */
final class TagPool {
    /** Data is held in pieces of this size. */
    private static final int UNIT = 32;

    private final int tags;
    private final Optional<Rounds> rounds;
    private final TimedUnits returns = new TimedUnits();
    private int free;
    /** Bytes that are asked for and not back. */
    private int outstanding;
    /** Requests of this round, and short ones among them. */
    private int inRound;

    private int shortOnes;

    /** Channels where flows of the function wait for tags. */
    private Channel[] askers = {};

    private final List<Requester> readers = new ArrayList<>();
    private long taken;

    TagPool(int tags, Optional<Rounds> rounds) {
        this.tags = tags;
        this.rounds = rounds;
        this.free = tags;
    }

    /** Whether all are there or on their way back. */
    boolean isAtRest() {
        return free + returns.size() == tags;
    }

    /** All are handed out one by one. */
    TagPool(int tags) {
        this(tags, Optional.empty());
    }

    /** Requests that take tags begin on a channel. */
    void askedFrom(Channel channel) {
        if (!Arrays.asList(askers).contains(channel)) {
            askers = Arrays.copyOf(askers, askers.length + 1);
            askers[askers.length - 1] = channel;
        }
    }

    Channel[] askers() {
        return askers;
    }

    void begins(Requester reader) {
        readers.add(reader);
    }

    void ends(Requester reader) {
        readers.remove(reader);
    }

    /**
     * Whether a reader may take the tag that there is. The last one goes to the reader that has waited longest: a port
     * that takes its sources in turn would give it to whoever asks when it comes back, always the same one perhaps.
     */
    boolean isTurnOf(Requester reader, long now) {
        if (free > 1) {
            return true;
        }
        for (int i = 0; i < readers.size(); i++) {
            Requester other = readers.get(i);
            if (other.lastTag() < reader.lastTag() && other.wantsTag(reader, now)) {
                return false;
            }
        }
        return true;
    }

    /** How many readers took their last tag before this one. */
    int rank(Requester reader) {
        int before = 0;
        for (int i = 0; i < readers.size(); i++) {
            before += readers.get(i).lastTag() < reader.lastTag() ? 1 : 0;
        }
        return before;
    }

    int tags() {
        return tags;
    }

    /** When there is a tag: at most {@code now} if there is one, {@link Agenda#NEVER} if that is not known. */
    long availableAt(long now) {
        while (!returns.isEmpty() && returns.time() <= now) {
            free += returns.headers();
            outstanding -= returns.data();
            returns.remove();
        }
        if (free == 0) {
            return returns.isEmpty() ? Agenda.NEVER : returns.time();
        }
        return rounds.isPresent()
                        && inRound == tags
                        && shortOnes >= rounds.get().shortOnes()
                ? drainedAt(rounds.get().drain(), now)
                : now;
    }

    /** When no more than so many bytes are outstanding, as far as is known. */
    private long drainedAt(int bytes, long now) {
        int left = outstanding;
        long at = now;
        for (int i = 0; left > bytes; i++) {
            if (i == returns.size()) {
                return Agenda.NEVER;
            }
            left -= returns.data(i);
            at = returns.time(i);
        }
        return at;
    }

    void put(State state) {
        state.put(free);
        state.put(returns);
        state.put(outstanding);
        state.put(inRound);
        state.put(shortOnes);
    }

    void shift(long ticks) {
        returns.shift(ticks);
    }

    void take() {
        take(0, false);
    }

    /**
     * @param ofTwo whether its DMA is cut in two requests
     * @return how many were taken before
     */
    long take(int bytes, boolean ofTwo) {
        free--;
        outstanding += held(bytes);
        if (rounds.isPresent()) {
            if (inRound == tags) {
                inRound = 0;
                shortOnes = 0;
            }
            inRound++;
            shortOnes += ofTwo || bytes <= rounds.get().shortRequest() ? 1 : 0;
        }
        return taken++;
    }

    void giveBack(long at) {
        giveBack(at, 0);
    }

    /** @param bytes as when it was taken */
    void giveBack(long at, int bytes) {
        returns.addInOrder(at, 1, held(bytes));
    }

    private static int held(int bytes) {
        return (bytes + UNIT - 1) / UNIT * UNIT;
    }
}
