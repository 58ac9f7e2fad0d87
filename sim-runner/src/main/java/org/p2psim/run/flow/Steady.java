package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Flows that share channels, and whether what they do repeats itself. Each time that the first of them sends, the state
 * of all is compared with one that was kept; which one is kept follows Brent: the first, second, fourth, eighth. If they
 * are equal but for the time, the future is the past, as nothing else has a part in it.
 */
final class Steady {
    private static final int MOST_MARKS = 1 << 17;
    private static final int PAUSE = 64;

    private final KnownTimes progress;
    private final ImmutableList<Flow> flows;
    private final ImmutableSet<Channel> channels;
    private final ImmutableSet<Completer> completers;
    private final ImmutableSet<TagPool> tagPools;
    private final Channel marker;
    private final boolean mayRepeat;
    private final State state = new State();
    private final Journal journal = new Journal();
    private final long[] asked;
    private final long[] dllps;

    private long lastSent;
    private long marks;
    private long nextKept = 1;
    private long keptAt;
    private boolean kept;
    private long pauseUntil;

    Steady(KnownTimes progress, List<Flow> flows) {
        this.progress = progress;
        this.flows = ImmutableList.copyOf(flows);
        this.channels = flows.stream().flatMap(flow -> flow.channels().stream()).collect(ImmutableSet.toImmutableSet());
        this.completers =
                flows.stream().map(Flow::completer).filter(Objects::nonNull).collect(ImmutableSet.toImmutableSet());
        this.tagPools = flows.stream().map(Flow::tags).collect(ImmutableSet.toImmutableSet());
        this.marker = this.flows.get(0).requestPath().channel(0);
        this.mayRepeat =
                flows.stream().allMatch(Flow::mayRepeat) && channels.stream().allMatch(channel -> channel.repeats());
        this.asked = new long[flows.size()];
        this.dllps = new long[channels.size()];
        this.lastSent = marker.use().tlps();
        state.setFlows(this.flows);
    }

    /** Whether the state is the one that was kept, which may then be skipped to. */
    boolean decided(long now) {
        if (!mayRepeat || marker.use().tlps() == lastSent || marks > MOST_MARKS) {
            return false;
        }
        lastSent = marker.use().tlps();
        marks++;
        if (kept && marks >= pauseUntil && !journal.isFull() && isAsKept(now) && mayStillRepeat()) {
            return true;
        }
        if (marks == nextKept) {
            nextKept *= 2;
            keep(now);
        }
        return false;
    }

    /** Whoever is told of TLPs may want to hear of each since something else has happened. */
    private boolean mayStillRepeat() {
        return flows.stream().allMatch(Flow::mayRepeat);
    }

    private boolean isAsKept(long now) {
        state.compare(now);
        write(now);
        return state.isSame();
    }

    private void keep(long now) {
        state.keep(now);
        write(now);
        kept = true;
        keptAt = now;
        journal.clear();
        int i = 0;
        for (Flow flow : flows) {
            flow.note(journal);
            asked[i++] = flow.asked();
        }
        i = 0;
        for (Channel channel : channels) {
            channel.note(journal);
            dllps[i++] = channel.use().dllps();
        }
    }

    private void write(long now) {
        for (Channel channel : channels) {
            state.putTime(progress.decisionOf(channel));
            if (state.differs()) {
                return;
            }
        }
        for (Channel channel : channels) {
            channel.settle(now);
        }
        for (Channel channel : channels) {
            channel.put(state);
            if (state.differs()) {
                return;
            }
        }
        for (Flow flow : flows) {
            flow.tell();
            flow.put(state);
        }
        completers.forEach(completer -> completer.put(state));
    }

    /** Goes on as many periods as come to their end before the horizon, and before a flow comes near its end. */
    void skip(long now, long horizon) {
        long period = now - keptAt;
        long count = (horizon - now - 1) / period;
        for (int i = 0; i < flows.size(); i++) {
            long perPeriod = flows.get(i).asked() - asked[i];
            if (perPeriod > 0) {
                count = Math.min(count, flows.get(i).alikeAhead() / perPeriod - 1);
                count = Math.min(count, flows.get(i).translatedAhead(count * perPeriod) / perPeriod);
            }
        }
        if (count < 1) {
            pauseUntil = marks + PAUSE;
            return;
        }
        journal.repeat(now, period, count);
        long number = progress.nextSkip();
        int i = 0;
        for (Channel channel : channels) {
            channel.use().addDllps((channel.use().dllps() - dllps[i++]) * count);
        }
        for (i = 0; i < flows.size(); i++) {
            flows.get(i).beginSkip((flows.get(i).asked() - asked[i]) * count, number);
        }
        shift(period * count);
        startAgain();
    }

    private void shift(long ticks) {
        for (Channel channel : channels) {
            progress.shift(channel, ticks);
            channel.shift(ticks, state);
        }
        completers.forEach(completer -> completer.shift(ticks));
        tagPools.forEach(tags -> tags.shift(ticks));
        flows.forEach(flow -> flow.shift(ticks));
    }

    void startAgain() {
        lastSent = marker.use().tlps();
        marks = 0;
        nextKept = 1;
        pauseUntil = 0;
        kept = false;
        note(null);
    }

    /** Others have joined, or left. */
    void dissolve() {
        note(null);
    }

    private void note(@Nullable Journal newJournal) {
        flows.forEach(flow -> flow.note(newJournal));
        channels.forEach(channel -> channel.note(newJournal));
    }

    /** When somebody may hear of one of them at the earliest, ticks. */
    long earliestEnd(long now) {
        long end = Long.MAX_VALUE;
        for (Flow flow : flows) {
            end = Math.min(end, flow.mayRepeat() ? flow.earliestEnd(now) : now);
        }
        return end;
    }
}
