package org.p2psim.report.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.SampleLifetimes;
import org.p2psim.report.SampleMachines;
import org.p2psim.report.SampleOutcomes;
import org.p2psim.report.SampleServers;

class TextReportsTest {
    private static final List<RunOutcome> TWO = List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm());

    @Test
    void aRunTakesAtMostFortyLinesOf120Columns() {
        for (RunOutcome run : List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm(), SampleServers.twoSockets())) {
            String text = TextReport.of(run);
            assertThat(text.lines()).hasSizeBetween(2, 40).allMatch(line -> line.length() <= 120);
        }
    }

    @Test
    void theAnswerComesRightAfterTheTitle() {
        assertThat(TextReport.of(SampleOutcomes.bareMetal()).lines().toList().get(1))
                .isEqualTo("gaudi0 to nic0 works: BUS_ADDR, distance 4, 27.90 GB/s.");
    }

    @Test
    void refusalsViolationsAndUnmetExpectationsAreNamed() {
        assertThat(TextReport.of(SampleOutcomes.vm()))
                .contains("-EPERM")
                .contains("BROKEN  I-02  at 10 us  buf moved while mr0 maps it")
                .contains("FAILED  line 47  no invariant broken  found: I-02 broke");
    }

    /** A read of the network takes microseconds; what is measured of it is what it does on PCIe. */
    @Test
    void latenciesSayWhatTheyAreThatOf() {
        assertThat(TextReport.of(SampleOutcomes.bareMetal()).lines())
                .contains("Transfers, latency of a memory request on PCIe (rdma-read)");
    }

    @Test
    void aChainSaysWhatWasWrongWhoWasNotToldAndWhatMadeItPossible() {
        assertThat(TextReport.of(SampleLifetimes.doubleInversion()).replaceAll("\\s+", " "))
                .contains("BROKEN I-01 at 55 ns write w1 of 4 KiB came while n0 was being reset")
                .contains("buf was \"marked revoked, maps allowed\" (I-27 broken) since 0 ns")
                .contains("n0 was \"in reset\" from 30 ns to 130 ns")
                .contains("buf/nic0 stayed mapped, and no notify reached it when n0 became \"in reset\" at 30 ns")
                .contains("made possible by operation 0, export of buf at 0 ns")
                .contains("broken as expected I-08");
    }

    @Test
    void waitsSayForWhomAndHowLongAndWhatWasInFlightWhenItLanded() {
        assertThat(TextReport.of(SampleLifetimes.merged()).replaceAll(" +", " "))
                .contains("30 ns buf waits for unmap by buf/nic0 8 ns")
                .contains(
                        "w0 16 TLPs, 4 KiB at revoke of buf, 30 ns 12 landed, none too late, 4 dropped; last landed 3 ns");
        assertThat(TextReport.of(SampleLifetimes.merged())).doesNotContain("no notify");
        assertThat(TextReport.of(SampleOutcomes.revoked()))
                .contains("never ended")
                .contains("none landed, 3 dropped, 1 blocked by an IOMMU");
        assertThat(TextReport.of(SampleLifetimes.many(5))).contains("and 6 more");
    }

    @Test
    void whatToBeCarefulWithIsSaidAndWhatIsAssumedIsLeftToTheReport() {
        assertThat(TextReport.of(SampleOutcomes.bareMetal()))
                .contains("To be careful with\n  A dump without extended configuration space hides ACS.\n")
                .doesNotContain("Max Payload Size");
    }

    @Test
    void theMatrixShowsLetterAndDistanceAndTheReasonOfARefusal() {
        assertThat(MatrixText.of(SampleOutcomes.bareMetal().matrix()))
                .containsPattern("gaudi0 0000:19:00.0 +- +B4\n")
                .containsPattern("nic0 0000:1a:00.0 +B4 +-\n");
        assertThat(MatrixText.of(SampleOutcomes.vm().matrix()))
                .containsPattern("gaudi0 0000:01:00.0 +- +N\n")
                .contains("8086:29c0 at 0000:00:00.0, which is not in the");
    }

    @Test
    void eightEndpointsFit120Columns() {
        RunOutcome eight = SampleServers.large(
                "acs-on",
                2,
                2,
                new org.p2psim.topology.Acs(0x1f, 0x1d),
                org.p2psim.topology.IommuMode.OFF,
                SampleMachines.EPYC);
        assertThat(MatrixText.of(eight.matrix()).lines())
                .filteredOn(line -> !line.contains("ACS redirect"))
                .hasSizeGreaterThan(8)
                .allMatch(line -> line.length() <= 120);
    }

    @Test
    void anEmptyMatrixIsAnEmptyTable() {
        assertThat(MatrixText.of(List.of())).contains("provider");
    }

    @Test
    void comparisonPutsTheVariantsSideBySide() {
        assertThat(CompareText.of(TWO))
                .containsPattern("kernel +BUS_ADDR +NOT_SUPPORTED")
                .contains("why: in vm, the two have no upstream bridge in common")
                .contains("back: in vm: a switch in the guest");
    }

    @Test
    void namesCannotSteerTheTerminal() {
        RunOutcome hostile = SampleOutcomes.bareMetal("\u001b[2Jgpu", "nic\u202egnp\n0");
        String text = TextReport.of(hostile) + CompareText.of(List.of(hostile)) + MatrixText.of(hostile.matrix());
        assertThat(text).doesNotContain("\u001b").doesNotContain("\u202e").contains("?[2Jgpu");
    }

    @Test
    void samplesAreWrittenForLooking() throws IOException {
        String all = TextReport.of(SampleOutcomes.bareMetal()) + "\n" + TextReport.of(SampleOutcomes.vm()) + "\n"
                + TextReport.of(SampleServers.twoSockets()) + "\n" + TextReport.of(SampleLifetimes.doubleInversion())
                + "\n"
                + TextReport.of(SampleLifetimes.merged()) + "\n" + TextReport.of(SampleLifetimes.many(5)) + "\n"
                + CompareText.of(TWO) + "\n"
                + CompareText.of(SampleServers.fiveVariants()) + "\n"
                + MatrixText.of(SampleServers.twoSockets().matrix());
        Files.writeString(Path.of("target/sample.txt"), all);
        assertThat(all).isNotEmpty();
    }
}
