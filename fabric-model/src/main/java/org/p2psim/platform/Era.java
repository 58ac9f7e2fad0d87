package org.p2psim.platform;

import java.util.Optional;

/**
 * The releases in which a rule holds: mainline from one on, until another, and a stable series that took it.
 *
 * @param stable the stable release that took it, or the series if its patch level is not known
 */
record Era(KernelRelease since, Optional<KernelRelease> until, Optional<KernelRelease> stable) {
    private static final String NONE = "-";

    static Era parse(String since, String until, String stable) {
        return new Era(
                KernelRelease.parse(since),
                until.equals(NONE) ? Optional.empty() : Optional.of(KernelRelease.parse(until)),
                stable.equals(NONE) ? Optional.empty() : Optional.of(KernelRelease.parse(stable)));
    }

    /** Where the patch level of a backport is not known, it counts from the first one on. */
    boolean contains(KernelRelease release) {
        if (stable.isPresent()
                && stable.get().sameSeries(release)
                && release.subLevel() >= Math.max(1, stable.get().subLevel())) {
            return true;
        }
        return release.atLeast(since) && (until.isEmpty() || !release.atLeast(until.get()));
    }
}
