package org.p2psim.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Acs;

/** What the recorded boots don't have: whole command lines, releases between the recorded ones, missing hardware bits. */
class AcsBootTest {
    private static final int ALL = 0x7f;

    /** SV, RR, CR and UF: what a kernel turns on where an IOMMU made it ask for ACS. */
    private static final int DEFAULT = 0x1d;

    private static BootFunction port(int capability, int firmware) {
        return new BootFunction(
                Bdf.parse("0000:00:01.0"),
                DeviceId.parse("8086:2030"),
                DeviceId.parse("0000:0000"),
                Optional.empty(),
                false,
                false,
                Optional.of(new Acs(capability, firmware)));
    }

    private static int written(String release, boolean requested, String cmdline, int firmware) {
        return AcsBoot.of(KernelRelease.parse(release), requested, cmdline)
                .written(port(ALL, firmware))
                .orElseThrow();
    }

    @Test
    void withoutAnIommuTheFirmwaresWordStays() {
        assertThat(written("6.12.107", false, "", 0)).isZero();
        assertThat(written("6.12.107", false, "", 0x2c)).isEqualTo(0x2c);
    }

    @Test
    void withAnIommuTheDefaultIsAddedToTheFirmwaresWord() {
        assertThat(written("6.12.107", true, "iommu=pt quiet", 0x22)).isEqualTo(DEFAULT | 0x22);
    }

    @Test
    void hardwareKeepsBitsThatItLacksAtZero() {
        AcsBoot boot = AcsBoot.of(KernelRelease.parse("6.12.107"), true, "pci=config_acs=11x@0000:00:01.0");
        BootFunction port = port(0x04, 0);
        assertThat(boot.written(port)).contains(0x06);
        assertThat(boot.booted(port)).contains(new Acs(0x04, 0x04));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pci=noacs",
                "pcie_acs_override=downstream,multifunction",
                "pcie_acs_override=id:8086:2030",
                "pci=realloc,nommconf",
                "disable_acs_redir=0000:00:01.0",
                "xpci=disable_acs_redir=0000:00:01.0"
            })
    void k18AndK19OtherParametersDoNotTouchTheControlWord(String cmdline) {
        assertThat(written("6.12.107", true, cmdline, 0)).isEqualTo(DEFAULT);
        assertThat(written("5.10.262", true, cmdline, 0)).isEqualTo(DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pci=disable_acs_redir=0000:00:01.0",
                "pci=disable_acs_redir=00:01.0",
                "quiet pci=disable_acs_redir=00:02.0;00:01.0 splash",
                "pci=realloc,disable_acs_redir=pci:8086:2030",
                "pci=disable_acs_redir=00:02.0 pci=disable_acs_redir=00:01.0"
            })
    void k16RedirectIsClearedForTheFunctionsThatAreNamed(String cmdline) {
        assertThat(written("5.10.262", true, cmdline, 0)).isEqualTo(0x11);
        assertThat(written("5.10.262", false, cmdline, 0x2d)).isEqualTo(0x01);
    }

    /** A comma separates the options of {@code pci=}, so what is behind it is no address any more. */
    @Test
    void k16AListWithCommasEndsAtTheFirst() {
        assertThat(written("6.12.107", true, "pci=disable_acs_redir=00:02.0,00:01.0", 0))
                .isEqualTo(DEFAULT);
        assertThat(written("6.12.107", true, "pci=disable_acs_redir=00:01.0,00:02.0", 0))
                .isZero();
    }

    @Test
    void theLastOfSeveralParametersCounts() {
        assertThat(written("6.12.107", true, "pci=disable_acs_redir=00:01.0 pci=disable_acs_redir=00:02.0", 0))
                .isEqualTo(DEFAULT);
    }

    /**
     * Until 6.10 the redirect bits are cleared from the word so far; from 6.11 to the fix they fall back to the
     * firmware's and every other bit is set; since the fix it is the firmware's word without them.
     */
    @ParameterizedTest
    @CsvSource({
        "6.10.14, 0x11, 0x13",
        "6.11, 0x53, 0x57",
        "6.14.2, 0x53, 0x57",
        "6.12.107, 0x00, 0x02",
        "6.15, 0x00, 0x02"
    })
    void theMeaningOfDisableAcsRedirChangedTwice(String release, String fromZero, String fromRedirectAndBlocking) {
        String cmdline = "pci=disable_acs_redir=00:01.0";
        assertThat(written(release, true, cmdline, 0)).isEqualTo(Integer.decode(fromZero));
        assertThat(written(release, true, cmdline, 0x06)).isEqualTo(Integer.decode(fromRedirectAndBlocking));
    }

    @ParameterizedTest
    @CsvSource({"6.10.14, true", "6.11, false", "6.14.2, false", "6.12.107, true", "6.15, true", "5.10.262, true"})
    void onlyReleasesBeforeAndAfterTheDefectClearRedirect(String release, boolean clears) {
        assertThat(AcsBoot.clearsRedirect(KernelRelease.parse(release))).isEqualTo(clears);
    }

    @Test
    void configAcsCameIn6_11() {
        assertThat(written("6.10.14", true, "pci=config_acs=0000000@00:01.0", 0))
                .isEqualTo(DEFAULT);
        assertThat(written("6.11", true, "pci=config_acs=0000000@00:01.0", 0)).isZero();
    }

    /** Until the fix, only the first entry is read. */
    @Test
    void configAcsHasSeveralEntriesSinceTheFix() {
        String cmdline = "pci=config_acs=1@00:02.0;0000000@00:01.0";
        assertThat(written("6.14.2", true, cmdline, 0)).isEqualTo(DEFAULT);
        assertThat(written("6.15", true, cmdline, 0)).isZero();
    }

    /** x takes the firmware's bit, not the default's. */
    @Test
    void k17ConfigAcsSetsSingleBits() {
        assertThat(written("6.12.107", true, "pci=config_acs=10x@00:01.0", 0)).isEqualTo(0x04);
        assertThat(written("6.12.107", true, "pci=config_acs=10x@pci:0:0", 0x0b))
                .isEqualTo(0x0d);
        assertThat(written("6.12.107", true, "pci=config_acs=1xxxxxxx@00:01.0", 0))
                .as("there is no eighth bit, so nothing is read")
                .isEqualTo(DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({"5.10.262, 0x1d", "5.11, 0x1f", "6.12.107, 0x1f"})
    void noatsBlocksTranslatedRequestsFrom5_11On(String release, String word) {
        assertThat(written(release, true, "pci=noats", 0)).isEqualTo(Integer.decode(word));
        assertThat(written(release, false, "pci=noats", 0)).isZero();
    }
}
