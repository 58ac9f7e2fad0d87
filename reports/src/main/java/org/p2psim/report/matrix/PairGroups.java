package org.p2psim.report.matrix;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.outcome.Matrix;
import org.p2psim.p2p.Decision;
import org.p2psim.p2p.MapType;
import org.p2psim.report.matrix.PairGrid.Reason;

/**
 * The pairs of a matrix of any size, grouped by what decides on the kind of their reasons: map type, whether there is a
 * common bridge, and the two host bridges. Only one pair of a group gets a verdict with reasons, when it is asked for.
 */
public final class PairGroups {
    private final Matrix matrix;
    private final ImmutableList<Group> groups;

    /** Decides every pair once. */
    public PairGroups(Matrix matrix) {
        this.matrix = matrix;
        Map<Key, Counted> counted = new LinkedHashMap<>();
        List<String> buses = matrix.functions().stream()
                .map(function -> matrix.fabric().hostBridge(function).rootBus())
                .toList();
        for (int provider = 0; provider < buses.size(); provider++) {
            for (int client = 0; client < buses.size(); client++) {
                if (matrix.has(provider, client)) {
                    Decision decision = matrix.decision(provider, client);
                    Key key = new Key(
                            decision.mapType(), decision.commonBridge(), buses.get(provider), buses.get(client));
                    int from = provider;
                    int to = client;
                    counted.computeIfAbsent(key, first -> new Counted(from, to)).pairs++;
                }
            }
        }
        this.groups = counted.entrySet().stream()
                .map(entry -> new Group(
                        entry.getKey().mapType(),
                        entry.getValue().pairs,
                        entry.getValue().provider,
                        entry.getValue().client))
                .sorted(Comparator.comparingLong(Group::pairs).reversed())
                .collect(ImmutableList.toImmutableList());
    }

    private record Key(MapType mapType, boolean commonBridge, String providers, String clients) {}

    private static final class Counted {
        private final int provider;
        private final int client;
        private long pairs;

        Counted(int provider, int client) {
            this.provider = provider;
            this.client = client;
        }
    }

    /**
     * Pairs that are alike.
     *
     * @param pairs how many
     * @param provider position in the matrix of the first pair's provider
     * @param client position of its client
     */
    public record Group(MapType mapType, long pairs, int provider, int client) {}

    /** The largest first. */
    public ImmutableList<Group> groups() {
        return groups;
    }

    /** How many pairs have each map type; none is 0. */
    public Map<MapType, Long> counts() {
        Map<MapType, Long> counts = new EnumMap<>(MapType.class);
        groups.forEach(group -> counts.merge(group.mapType(), group.pairs(), Long::sum));
        return counts;
    }

    /** The first pair of a group with its reasons, which stands for all of the group. */
    public Reason reason(Group group) {
        return new Reason(List.of(matrix.pair(group.provider(), group.client())), group.pairs(), group.pairs() == 1);
    }
}
