package org.p2psim.platform;

import com.google.common.collect.ImmutableSet;

/** How the kernel of one release decides about peer-to-peer DMA; read from the data files of this package. */
public record KernelRules(KernelRelease release, ImmutableSet<Rule> rules, HostBridgeAllowlist allowlist) {
    /** The oldest release whose rules are known here. */
    public static final KernelRelease OLDEST = KernelRelease.parse("4.20");

    /** The newest release whose rules are in the data files; later ones are taken to be the same. */
    public static final KernelRelease NEWEST = KernelRelease.parse("7.3");

    /** A rule that some releases have and others have not; {@code p2pdma-rules.tsv} says which. */
    public enum Rule {
        /** A redirected pair goes on to the CPU check and the host bridges; before, it was refused there. */
        MAP_TYPES,
        /** Some host bridges may forward; before, only a common bridge helped. */
        HOST_BRIDGES_MAY_FORWARD,
        /** A way through host bridges counts 0x1000 more. */
        DISTANCE_PENALTY_OF_HOST_BRIDGES,
        /** Where there is an IOMMU, no host bridge forwards. */
        IOMMU_VOIDS_HOST_BRIDGES,
        /** Clients whose DMA operations are those of software RDMA are refused. */
        REFUSES_DMA_VIRT_OPS,
        /** A mapping computes the map type of a pair that nobody asked for; before, it failed. */
        COMPUTES_WHEN_MAPPED,
        /** Any AMD CPU of family 17h or later is allowed, whatever its host bridges are. */
        AMD_ZEN_CPU_ALLOWED,
        /** The first device of the root bus stands for the host bridge if it is at 00.0; before: whatever is at 00.0. */
        HOST_BRIDGE_IS_FIRST_DEVICE,
        /** A root port that is first on its root bus stands for the host bridge at any address. */
        ROOT_PORT_STANDS_FOR_HOST_BRIDGE,
        /** A redirected pair's unlisted host bridge is named in the log. */
        WARNS_HOST_BRIDGE_NOT_LISTED,
        /** The list of ports in the message is cut at 127 characters. */
        ACS_HINT_IN_128_BYTES
    }

    /**
     * The rules of a release.
     *
     * @throws IllegalArgumentException if the release is older than {@link #OLDEST}
     */
    public static KernelRules of(KernelRelease release) {
        if (!release.atLeast(OLDEST)) {
            throw new IllegalArgumentException(
                    "kernel release %s: the rules are known from %s on".formatted(release, OLDEST));
        }
        ImmutableSet<Rule> rules = RuleTable.rows("p2pdma-rules.tsv").stream()
                .filter(row -> Era.parse(row.get(1), row.get(2), row.get(3)).contains(release))
                .map(row -> Rule.valueOf(row.get(0)))
                .collect(ImmutableSet.toImmutableSet());
        return new KernelRules(release, rules, HostBridgeAllowlist.of(release));
    }

    public boolean has(Rule rule) {
        return rules.contains(rule);
    }
}
