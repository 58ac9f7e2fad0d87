package org.p2psim.report.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.practice.AcsPractice;
import org.p2psim.practice.Layout;
import org.p2psim.practice.PracticeCheck;
import org.p2psim.practice.PracticeCheck.Status;
import org.p2psim.practice.PracticeCheck.Subject;
import org.p2psim.practice.SupportedTopology;
import org.p2psim.practice.Use;
import org.p2psim.practice.Verdict;
import org.p2psim.topology.AcsBit;

class AcsPracticeTextTest {
    private static final Bdf NIC = Bdf.parse("0000:03:00.0");
    private static final Bdf GPU = Bdf.parse("0000:06:00.0");
    private static final Bdf PORT = Bdf.parse("0000:02:00.0");

    private static final SupportedTopology INLINE = new SupportedTopology(
            Layout.INLINE,
            List.of(NIC),
            Optional.empty(),
            List.of(GPU),
            Optional.of(PORT),
            Optional.of(Bdf.parse("0000:02:01.0")),
            Optional.of(Bdf.parse("0000:00:01.0")),
            List.of(),
            OptionalInt.empty());

    private static final PracticeCheck GROUPS = new PracticeCheck(
            Subject.IOMMU_GROUP, List.of(NIC, GPU), "ConnectX and GPU", "one group", "7, 7", List.of(), Status.OK);

    private static PracticeCheck acs(Status status, String found, AcsBit... wrong) {
        return new PracticeCheck(
                Subject.ACS, List.of(PORT), "ConnectX switch port", "xx000x0", found, List.of(wrong), status);
    }

    private static AcsPractice practice(Verdict verdict, PracticeCheck... checks) {
        return new AcsPractice(
                verdict,
                Optional.empty(),
                Optional.of(Layout.INLINE),
                Optional.of(Use.BARE_METAL),
                true,
                List.of(INLINE),
                List.of(checks));
    }

    private static AcsPractice unrecognised(Verdict verdict) {
        return new AcsPractice(
                verdict, Optional.of("no GPU"), Optional.empty(), Optional.empty(), false, List.of(), List.of());
    }

    @Test
    void whatFailedComesFirstWithItsBits() {
        assertThat(AcsPracticeText.lines(
                        practice(Verdict.FAIL, GROUPS, acs(Status.FAIL, "0000101", AcsBit.SV, AcsBit.RR))))
                .containsExactly(
                        "ACS practice (rdma_topo): fails (exit code 100)",
                        "  NIC and GPU share a ConnectX switch (Inline), bare metal, told from ATS of the NIC",
                        "  NIC 0000:03:00.0; GPU 0000:06:00.0; NIC port 0000:02:00.0; GPU port 0000:02:01.0; root port"
                                + " 0000:00:01.0",
                        "  FAIL  ACS          ConnectX switch port  0000:02:00.0                expected xx000x0   "
                                + " found 0000101  wrong: SV RR",
                        "  ok    IOMMU group  ConnectX and GPU      0000:03:00.0, 0000:06:00.0  expected one group "
                                + " found 7, 7");
    }

    @Test
    void aPassHasExitCodeZero() {
        assertThat(AcsPracticeText.lines(practice(Verdict.PASS, GROUPS)))
                .first()
                .isEqualTo("ACS practice (rdma_topo): passes (exit code 0)");
    }

    @Test
    void whatIsNotKnownIsNotCalledRight() {
        assertThat(AcsPracticeText.lines(practice(Verdict.NOT_KNOWN, acs(Status.NOT_KNOWN, "???????"))))
                .contains(
                        "ACS practice (rdma_topo): not known: nothing is wrong as far as the dump shows (exit code 100)")
                .last()
                .asString()
                .startsWith("  not known  ACS");
    }

    @Test
    void aMachineThatIsNotSupportedIsNoVerdictAboutPeerToPeer() {
        assertThat(AcsPracticeText.lines(unrecognised(Verdict.NO_SUPPORTED_TOPOLOGY)))
                .containsExactly("ACS practice (rdma_topo): no supported topology: no GPU. This says nothing about"
                        + " peer-to-peer (exit code 100)");
    }

    @Test
    void everyOtherEndHasItsReason() {
        assertThat(AcsPracticeText.lines(unrecognised(Verdict.UNEXPECTED_TOPOLOGY)))
                .containsExactly("ACS practice (rdma_topo): unexpected topology: no GPU (exit code 100)");
        assertThat(AcsPracticeText.lines(unrecognised(Verdict.CHOICE_NOT_SUPPORTED)))
                .containsExactly("ACS practice (rdma_topo): not answered: no GPU (exit code 100)");
        assertThat(AcsPracticeText.lines(unrecognised(Verdict.NOT_KNOWN)))
                .containsExactly("ACS practice (rdma_topo): not known: no GPU (exit code 100)");
    }
}
