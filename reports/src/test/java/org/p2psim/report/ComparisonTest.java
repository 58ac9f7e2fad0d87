package org.p2psim.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.Comparison;
import org.p2psim.outcome.Comparison.Difference;
import org.p2psim.outcome.RunOutcome;

/** The comparison is tested here because the samples are here. */
class ComparisonTest {
    @Test
    void oneVariantIsAnsweredInItsOwnWordsWithoutDifferences() {
        Comparison comparison = Comparison.of(List.of(SampleOutcomes.bareMetal()));
        assertThat(comparison.sentence()).isEqualTo("gaudi0 to nic0 works: BUS_ADDR, distance 4, 27.90 GB/s.");
        assertThat(comparison.differences()).isEmpty();
    }

    @Test
    void equalVariantsDifferInNothing() {
        Comparison comparison = Comparison.of(List.of(SampleOutcomes.bareMetal(), SampleOutcomes.bareMetal()));
        assertThat(comparison.sentence())
                .isEqualTo("In all variants, gaudi0 to nic0 works: BUS_ADDR, distance 4, 27.90 GB/s.");
        assertThat(comparison.differences()).isEmpty();
    }

    @Test
    void bareMetalAndVmAreAnsweredInOneSentence() {
        Comparison comparison = Comparison.of(List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm()));
        assertThat(comparison.sentence())
                .isEqualTo("gaudi0 to nic0 works in bare-metal: BUS_ADDR, distance 4, 27.90 GB/s; it is refused in vm:"
                        + " register-mr fails with -EPERM because the guest kernel sees no upstream bridge in common.");
    }

    @Test
    void thePairIsMatchedByNameAndTheFirstDifferingStepIsTheReason() {
        Difference pair = difference(List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm()), "p2p gaudi0 to nic0");
        assertThat(pair.values()).containsExactly("BUS_ADDR, distance 4", "NOT_SUPPORTED");
        assertThat(pair.why())
                .startsWith("in vm, the two have no upstream bridge in common, so TLPs pass the root complex; then ")
                .contains("8086:29c0 at 0000:00:00.0, which is not in the P2PDMA list of kernel 5.15");
        assertThat(pair.remedy())
                .hasValue("in vm: a switch in the guest with both functions below it,"
                        + " or an AMD Zen vCPU with a guest kernel from 5.9 on");
    }

    @Test
    void theRemedyForARedirectIsTheCompleteListOfPorts() {
        List<RunOutcome> runs = SampleServers.fiveVariants().subList(0, 2);
        Difference pair = difference(runs, "p2p gpu0 to gpu1");
        assertThat(pair.remedy().orElseThrow())
                .startsWith("in acs-on: pci=disable_acs_redir=0000:24:00.0;0000:24:01.0;");
    }

    @Test
    void isolationIsNeverGivenUpWholesale() {
        assertThat(Comparison.of(SampleServers.fiveVariants()).toString())
                .contains("pci=disable_acs_redir=")
                .doesNotContain("noacs")
                .doesNotContain("pcie_acs_override");
    }

    @Test
    void everyDifferenceHasAValueForEachVariantAndTwoThatDiffer() {
        assertThat(Comparison.of(SampleServers.fiveVariants()).differences())
                .isNotEmpty()
                .allSatisfy(difference -> {
                    assertThat(difference.values()).hasSize(5);
                    assertThat(difference.values().stream().distinct().count()).isGreaterThan(1);
                });
    }

    @Test
    void manyPairsThatDifferAlikeAreOneDifference() {
        assertThat(Comparison.of(SampleServers.fiveVariants()).differences()).hasSizeBetween(1, 19);
    }

    @Test
    void nothingCannotBeCompared() {
        assertThatThrownBy(() -> Comparison.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static Difference difference(List<RunOutcome> runs, String what) {
        return Comparison.of(runs).differences().stream()
                .filter(difference -> difference.what().startsWith(what))
                .findFirst()
                .orElseThrow();
    }
}
