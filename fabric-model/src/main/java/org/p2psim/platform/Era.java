package org.p2psim.platform;

import java.util.Optional;

/** The mainline releases in which a rule holds: from one on, until another. */
record Era(KernelRelease since, Optional<KernelRelease> until, Optional<KernelRelease> stableSeries) {
    private static final String NONE = "-";

    static Era parse(String since, String until, String stableSeries) {
        return new Era(
                KernelRelease.parse(since),
                until.equals(NONE) ? Optional.empty() : Optional.of(KernelRelease.parse(until)),
                stableSeries.equals(NONE) ? Optional.empty() : Optional.of(KernelRelease.parse(stableSeries)));
    }

    /** Stable patch levels at which a backport came are not known; it counts from the first one on. */
    boolean contains(KernelRelease release) {
        if (stableSeries.isPresent() && stableSeries.get().sameSeries(release) && release.subLevel() > 0) {
            return true;
        }
        return release.atLeast(since) && (until.isEmpty() || !release.atLeast(until.get()));
    }
}
