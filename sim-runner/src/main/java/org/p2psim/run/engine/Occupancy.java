package org.p2psim.run.engine;

import java.util.Arrays;

/** Which buckets hold events: a bit each, and a bit for each word of those. */
final class Occupancy {
    private final long[] words;
    private final long[] summary;

    /** The number of buckets is a power of two, at least 4096. */
    Occupancy(int buckets) {
        words = new long[buckets / Long.SIZE];
        summary = new long[words.length / Long.SIZE];
    }

    void set(int bucket) {
        int word = bucket >>> 6;
        words[word] |= 1L << bucket;
        summary[word >>> 6] |= 1L << word;
    }

    void clear(int bucket) {
        int word = bucket >>> 6;
        words[word] &= ~(1L << bucket);
        if (words[word] == 0) {
            summary[word >>> 6] &= ~(1L << word);
        }
    }

    void clear() {
        Arrays.fill(words, 0);
        Arrays.fill(summary, 0);
    }

    /** The first bucket from here on, round the end if need be. Only if one holds events. */
    int next(int bucket) {
        int word = bucket >>> 6;
        long ahead = words[word] & -1L << bucket;
        return ahead != 0 ? first(word, ahead) : nextAfter(word);
    }

    private int nextAfter(int word) {
        int following = (word + 1) & (words.length - 1);
        int group = following >>> 6;
        long ahead = summary[group] & -1L << following;
        while (ahead == 0) {
            group = (group + 1) & (summary.length - 1);
            ahead = summary[group];
        }
        int found = first(group, ahead);
        return first(found, words[found]);
    }

    private static int first(int word, long bits) {
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }
}
