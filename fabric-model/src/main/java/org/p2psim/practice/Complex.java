package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import org.p2psim.topology.AcsPattern;

/** NICs and GPUs that belong together, and what is expected of them. */
sealed interface Complex permits DataDirectComplex, InlineComplex, NumaComplex {
    /** What the kernel sets on its own where an IOMMU asks for isolation: SV, RR, CR and UF. */
    AcsPattern ISOLATED = AcsPattern.parse("xx111x1");

    SupportedTopology topology();

    /** The NIC function with the lowest address. */
    RdmaFunction nic();

    /** What the control words of the ports that carry the peer traffic should be; they must have the capability. */
    ImmutableMap<RdmaFunction, AcsPattern> expectedAcs(Use use);

    /** ATS and IOMMU groups. */
    ImmutableList<PracticeCheck> checks(Use use);
}
