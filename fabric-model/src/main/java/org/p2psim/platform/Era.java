package org.p2psim.platform;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** The releases in which a rule holds: mainline from one on, until another, and stable series that took it. */
record Era(KernelRelease since, Optional<KernelRelease> until, ImmutableList<KernelRelease> stable) {
    private static final String NONE = "-";

    /**
     * Reads the three columns of a data file.
     *
     * @param stable {@code 6.1.74,6.6}: the patch level at which a series took it, or the series alone if that is not
     *     known
     */
    static Era parse(String since, String until, String stable) {
        return new Era(
                KernelRelease.parse(since),
                until.equals(NONE) ? Optional.empty() : Optional.of(KernelRelease.parse(until)),
                stable.equals(NONE)
                        ? ImmutableList.of()
                        : Splitter.on(',')
                                .splitToStream(stable)
                                .map(KernelRelease::parse)
                                .collect(ImmutableList.toImmutableList()));
    }

    /** Whether a release is in a stable series that took it at a patch level that is not known. */
    boolean levelNotKnown(KernelRelease release) {
        return !release.atLeast(since)
                && stable.stream().anyMatch(series -> series.sameSeries(release) && series.subLevel() == 0);
    }

    /** A backport whose patch level is not known counts from the first one on. */
    boolean contains(KernelRelease release) {
        boolean tookIt = stable.stream()
                .anyMatch(series -> series.sameSeries(release) && release.subLevel() >= Math.max(1, series.subLevel()));
        return tookIt || release.atLeast(since) && (until.isEmpty() || !release.atLeast(until.get()));
    }
}
