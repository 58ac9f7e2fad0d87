package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

    /** Flows among which none has begun and none has ended are looked at as before. */
    private void group() {
        stale = false;
        Map<List<Flow>, Steady> before = new HashMap<>();
        groups.forEach(group -> before.put(group.flows(), group));
        groups.clear();
        byMarker = new Steady[progress.channels().size()];
        byChannel = new Steady[byMarker.length];
        for (Set<Flow> together : new LinkedHashSet<>(sharing().values())) {
            List<Flow> flows = List.copyOf(together);
            Steady known = before.remove(flows);
            groups.add(known == null ? steady(flows) : known);
        }
        before.values().forEach(Steady::dissolve);
        for (Steady group : groups) {
            byMarker[group.marker().rank] = group;
            group.channels().forEach(channel -> byChannel[channel.rank] = group);
        }
    }

    private Steady steady(List<Flow> together) {
        Channel marker = together.get(0).way().request().channel(0);
        boolean looks = !tellsEach || !progress.mayGoInConvoy(marker);
        return new Steady(progress, together, looks, tellsEach);
    }

    /** By channel: the flows that share it, and those that share another one with them. */
    private Map<Channel, Set<Flow>> sharing() {
        Map<Channel, Set<Flow>> sharing = new LinkedHashMap<>();
        for (Flow flow : progress.running()) {
            Set<Flow> together = new LinkedHashSet<>(Set.of(flow));
            for (Channel channel : flow.way().channels()) {
                Set<Flow> others = sharing.get(channel);
                if (others != null) {
                    together.addAll(others);
                }
            }
            for (Flow member : together) {
                member.way().channels().forEach(channel -> sharing.put(channel, together));
            }
        }
        return sharing;
    }
}
