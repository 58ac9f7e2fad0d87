package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.p2psim.run.engine.Engine;

/**
 * Looks for flows whose traffic repeats itself exactly, and skips what is bound to follow: it is counted, or told TLP by
 * TLP from what was noted. Flows that share a channel, in either direction, are looked at together; others do not touch
 * them. Nothing is skipped across an event of the engine, nor across the earliest possible end of another flow, which
 * somebody may react to.
 */
final class Periods {
    private final KnownTimes progress;
    private final boolean tellsEach;
    private final List<Steady> groups = new ArrayList<>();
    private @Nullable Steady[] byMarker = {};
    private @Nullable Steady[] byChannel = {};
    private boolean stale = true;

    /** @param tellsEach whether of what repeats itself each TLP is told, and flows that are alone go in convoys */
    Periods(KnownTimes progress, boolean tellsEach) {
        this.progress = progress;
        this.tellsEach = tellsEach;
    }

    /** A flow has begun or ended. */
    void flowsChanged() {
        stale = true;
    }

    /** What was seen until now no longer tells what follows. */
    void disturbed() {
        groups.forEach(Steady::startAgain);
    }

    /** Whether states are compared in which a channel has a part. */
    boolean compare(Channel channel) {
        if (stale) {
            group();
        }
        Steady group = byChannel[channel.rank];
        return group != null && group.isLooking();
    }

    /** A channel has decided. */
    void decided(Channel channel, long now) {
        if (stale) {
            group();
        }
        Steady group = byMarker[channel.rank];
        if (group != null && group.decided(now)) {
            long horizon = Math.min(progress.nextTime(), Engine.END_OF_TIME);
            for (Steady other : groups) {
                if (other != group) {
                    horizon = Math.min(horizon, other.earliestEnd(now));
                }
            }
            group.skip(now, horizon);
        }
    }

    private void group() {
        stale = false;
        groups.forEach(Steady::dissolve);
        groups.clear();
        byMarker = new Steady[progress.channels().size()];
        byChannel = new Steady[byMarker.length];
        Map<Channel, Set<Flow>> sharing = new HashMap<>();
        for (Flow flow : progress.running()) {
            Set<Flow> together = new LinkedHashSet<>(Set.of(flow));
            Set<Channel> touched = flow.channels();
            for (Channel channel : touched) {
                Set<Flow> others = sharing.get(channel);
                if (others != null) {
                    together.addAll(others);
                }
            }
            for (Flow member : together) {
                member.channels().forEach(channel -> sharing.put(channel, together));
            }
        }
        for (Set<Flow> together : new LinkedHashSet<>(sharing.values())) {
            Channel marker = together.iterator().next().requestPath().channel(0);
            boolean looks = !tellsEach || !progress.mayGoInConvoy(marker);
            Steady group = new Steady(progress, List.copyOf(together), looks, tellsEach);
            groups.add(group);
            byMarker[marker.rank] = group;
            group.channels().forEach(channel -> byChannel[channel.rank] = group);
        }
    }
}
