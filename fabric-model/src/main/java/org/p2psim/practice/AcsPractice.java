package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;

/**
 * The answer of the check.
 *
 * @param reason why there is no answer, if the machine was not recognised or a fact was missing for it
 * @param layout how the machine is built; empty if it was not recognised
 * @param use what the expectations are for; empty in layouts that do not tell uses apart
 * @param useFromAts true if nobody chose the use: it follows from the NICs' ATS capability
 * @param topologies by the address of their first NIC; empty if the machine was not recognised
 * @param checks ACS by address, then ATS and IOMMU groups by topology
 */
public record AcsPractice(
        Verdict verdict,
        Optional<String> reason,
        Optional<Layout> layout,
        Optional<Use> use,
        boolean useFromAts,
        List<SupportedTopology> topologies,
        List<PracticeCheck> checks) {
    public AcsPractice {
        topologies = ImmutableList.copyOf(topologies);
        checks = ImmutableList.copyOf(checks);
    }

    /** The exit code of {@code rdma_topo check}: 0 or 100. */
    public int exitCode() {
        return verdict.exitCode();
    }
}
