package org.p2psim.run.flow;

import java.util.Arrays;

/**
 * When each channel is to decide next: a tournament over their ranks, so that the earliest is at the root, and of
 * equal ones that with the lowest rank.
 */
final class Agenda {
    static final long NEVER = Long.MAX_VALUE;

    private long[] times = {NEVER};
    /** Rank of the winner of each inner node; leaves are those from {@code leaves} on. */
    private int[] winners = new int[2];

    private int leaves = 1;

    /** @param ranks that there are from now on: more than before */
    void grow(int ranks) {
        int wanted = Math.max(1, Integer.highestOneBit(Math.max(1, ranks - 1)) << 1);
        if (wanted <= leaves) {
            return;
        }
        long[] before = times;
        times = Arrays.copyOf(times, wanted);
        Arrays.fill(times, before.length, wanted, NEVER);
        leaves = wanted;
        winners = new int[2 * leaves];
        for (int rank = 0; rank < leaves; rank++) {
            winners[leaves + rank] = rank;
        }
        for (int node = leaves - 1; node > 0; node--) {
            play(node);
        }
    }

    private void play(int node) {
        int left = winners[2 * node];
        int right = winners[2 * node + 1];
        winners[node] = times[right] < times[left] ? right : left;
    }

    long time(int rank) {
        return times[rank];
    }

    void set(int rank, long time) {
        if (times[rank] == time) {
            return;
        }
        times[rank] = time;
        for (int node = (leaves + rank) >> 1; node > 0; node >>= 1) {
            int left = winners[2 * node];
            int right = winners[2 * node + 1];
            int winner = times[right] < times[left] ? right : left;
            if (winner == winners[node] && winner != rank) {
                return;
            }
            winners[node] = winner;
        }
    }

    /** The earliest time; {@link #NEVER} if nobody is to decide. */
    long first() {
        return times[winners[1]];
    }

    int firstRank() {
        return winners[1];
    }
}
