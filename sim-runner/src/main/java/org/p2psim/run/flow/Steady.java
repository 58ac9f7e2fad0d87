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
    private final boolean tellsEach;
    private final State state = new State();
    private final Journal journal = new Journal();
    private final long[] asked;
    private final long[] dllps;

    private long lastSent;
    private long marks;
    private long nextKept = 1;
    private long keptAt;
    private long keptMark;
    private boolean kept;
    /** Marks from one period that was found to the next; 0 if none was. */
    private long knownPeriod;

    private long pauseUntil;

    /**
     * Those flows.
     *
     * @param looks whether they are to be looked at
     * @param tellsEach whether of what repeats itself each TLP is told
     */
    Steady(KnownTimes progress, List<Flow> flows, boolean looks, boolean tellsEach) {
        this.progress = progress;
        this.tellsEach = tellsEach;
        this.flows = ImmutableList.copyOf(flows);
        this.channels =
                flows.stream().flatMap(flow -> flow.way().channels().stream()).collect(ImmutableSet.toImmutableSet());
        this.completers = flows.stream()
                .map(flow -> flow.way().completer())
                .filter(Objects::nonNull)
                .collect(ImmutableSet.toImmutableSet());
        this.tagPools = flows.stream().map(flow -> flow.requester().tags()).collect(ImmutableSet.toImmutableSet());
        this.marker = this.flows.get(0).way().request().channel(0);
        this.mayRepeat = looks
                && flows.stream().allMatch(Flow::mayRepeat)
                && channels.stream().allMatch(channel -> channel.repeats());
        this.asked = new long[flows.size()];
        this.dllps = new long[channels.size()];
        this.lastSent = marker.use().tlps();
        state.setFlows(this.flows);
    }

    /** Whether the state is the one that was kept, which may then be skipped to. */
    boolean decided(long now) {
        if (!isLooking() || marker.use().tlps() == lastSent) {
            return false;
        }
        lastSent = marker.use().tlps();
        marks++;
        if (kept && marks >= pauseUntil && !journal.isFull() && isAsKept(now)) {
            return true;
        }
        if (marks == nextKept) {
            nextKept = Math.max(2 * nextKept, marks + knownPeriod + 1);
            keep(now);
        }
        if (!isLooking()) {
            lookNearby();
        }
        return false;
    }

    private void lookNearby() {
        boolean changes = false;
        for (Flow flow : flows) {
            changes |= flow.requester().lookNearby();
        }
        if (changes) {
            startAgain();
        }
    }

    /** Whether it compares states: then each decision is made at its instant, and none ahead of the others. */
    boolean isLooking() {
        return mayRepeat && marks <= MOST_MARKS;
    }

    ImmutableList<Flow> flows() {
        return flows;
    }

    ImmutableSet<Channel> channels() {
        return channels;
    }

    /** The channel whose decisions it counts. */
    Channel marker() {
        return marker;
    }

    private boolean isAsKept(long now) {
        state.compare(now);
        write(now);
        if (!state.isSame()) {
            return false;
        }
        progress.tellPast();
        return !journal.isFull();
    }

    private void keep(long now) {
        progress.tellPast();
        state.keep(now);
        write(now);
        kept = true;
        keptMark = marks;
        beginJournal(now);
    }

    private void beginJournal(long now) {
        keptAt = now;
        journal.clear();
        int i = 0;
        for (Flow flow : flows) {
            flow.reports().note(journal);
            asked[i++] = flow.requester().asked();
        }
        i = 0;
        for (Channel channel : channels) {
            channel.note(journal);
            channel.pace().beginPeriod();
            dllps[i++] = channel.use().dllps();
        }
    }

    /** What is short and differs most of the time comes first. */
    private void write(long now) {
        for (Channel channel : channels) {
            state.putTime(progress.decisionOf(channel));
        }
        for (int i = 0; i < flows.size() && !state.differs(); i++) {
            flows.get(i).put(state);
        }
        if (state.differs()) {
            return;
        }
        progress.settle(channels, now);
        for (Channel channel : channels) {
            channel.put(state);
            if (state.differs()) {
                return;
            }
        }
        completers.forEach(completer -> completer.put(state));
    }

    /** Goes on as many periods as come to their end before the horizon, and before a flow comes near its end. */
    void skip(long now, long horizon) {
        long period = now - keptAt;
        long count = (horizon - now - 1) / period;
        for (int i = 0; i < flows.size(); i++) {
            Requester requester = flows.get(i).requester();
            long perPeriod = perPeriod(i);
            if (perPeriod > 0) {
                count = Math.min(count, requester.alikeAhead() / perPeriod - 1);
                count = Math.min(count, requester.translatedAhead(count * perPeriod) / perPeriod);
            }
        }
        if (count < 1) {
            pauseUntil = marks + PAUSE;
            return;
        }
        for (int i = 0; i < flows.size(); i++) {
            long addressStep = flows.get(i).requester().addressStep(perPeriod(i));
            flows.get(i).reports().beginRepeats(tellsEach, addressStep);
        }
        journal.repeat(period, count);
        long number = progress.nextSkip();
        int i = 0;
        for (Channel channel : channels) {
            channel.use().addDllps((channel.use().dllps() - dllps[i++]) * count);
        }
        for (i = 0; i < flows.size(); i++) {
            flows.get(i).beginSkip(perPeriod(i) * count, number);
        }
        shift(period * count, count);
        goOn(now + period * count);
    }

    /** Bytes that a flow has asked for in the period. */
    private long perPeriod(int flow) {
        return flows.get(flow).requester().asked() - asked[flow];
    }

    /** The state is still the one that was kept, only later: the next period is looked for from here on. */
    private void goOn(long now) {
        lastSent = marker.use().tlps();
        knownPeriod = marks - keptMark;
        marks = 0;
        keptMark = 0;
        pauseUntil = knownPeriod;
        nextKept = knownPeriod + 1;
        beginJournal(now);
    }

    private void shift(long ticks, long periods) {
        for (Channel channel : channels) {
            progress.shift(channel, ticks);
            channel.shift(ticks, periods, state);
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
        flows.forEach(flow -> flow.reports().note(newJournal));
        channels.forEach(channel -> channel.note(newJournal));
    }

    /** When somebody may hear of one of them at the earliest, ticks. */
    long earliestEnd(long now) {
        long end = Long.MAX_VALUE;
        // After a skip what they have asked for is that of a later time.
        long then = Math.max(now, keptAt);
        for (Flow flow : flows) {
            end = Math.min(end, flow.isHeardOfAtItsEnd() ? flow.earliestEnd(then) : now);
        }
        return end;
    }
}
