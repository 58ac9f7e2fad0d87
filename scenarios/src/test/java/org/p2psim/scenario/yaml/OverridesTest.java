package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.Acs;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;

/** What {@code set} and {@code --set} reach. */
class OverridesTest {
    private static final Bdf DP0 = Bdf.parse("18:00.0");

    private static Plan bareMetal(String... settings) {
        ScenarioFile file = Sketch.read(Sketch.text(), settings);
        assertThat(file.problems().stream().map(Problem::render)).isEmpty();
        return file.plans().get(0);
    }

    @Test
    void theKernelByItsPath() {
        assertThat(bareMetal("kernel.release=6.12.107").kernel().toString()).isEqualTo("6.12.107");
        assertThat(bareMetal("kernel.release=5.10").kernel().toString()).isEqualTo("5.10");
    }

    @Test
    void aKeyThatTheFileDoesNotHave() {
        assertThat(bareMetal().seed()).isEqualTo(1);
        assertThat(bareMetal("seed=7").seed()).isEqualTo(7);
    }

    @Test
    void aPortByItsIdAndItsAcsWordInForce() {
        // The sketch says firmware: [], which gives way. SV 1 + TB 2 + RR 4 + CR 8 + UF 16 = 0x1f; RR + CR = 0xc.
        assertThat(bareMetal("dp0.acs.ctl=[RR, CR]").fabric().function(DP0).acs())
                .contains(new Acs(0x1f, 0xc));
    }

    @Test
    void aDeviceByItsName() {
        Plan plan = bareMetal("gaudi0.link=gen3 x16");
        assertThat(plan.fabric().function(DP0).linkBelow()).contains(new Link(3, 16));
    }

    @Test
    void anElementOfAListByIndexOrId() {
        assertThat(bareMetal("fabric.root-complexes.0.iommu.mode=identity")
                        .fabric()
                        .hostBridges()
                        .get(0)
                        .iommu())
                .isEqualTo(IommuMode.IDENTITY);
        assertThat(bareMetal("fabric.root-complexes.rc0.iommu.mode=identity")
                        .fabric()
                        .hostBridges()
                        .get(0)
                        .iommu())
                .isEqualTo(IommuMode.IDENTITY);
    }

    @Test
    void aVariantChangesOnlyItself() {
        ScenarioFile file = Sketch.read(Sketch.with(
                "bare-metal: {}", "bare-metal: { kernel: { release: 6.1 }, set: { sw0.pci-id: \"1000:c010\" } }"));
        assertThat(file.plans()).extracting(plan -> plan.kernel().toString()).containsExactly("6.1", "5.15");
        assertThat(file.plans())
                .extracting(plan -> plan.fabric().function(DP0).id().toString())
                .containsExactly("1000:c010", "10b5:8747");
    }

    @Test
    void anIommuThatIsOnMakesTheKernelRequestAcs() {
        // Firmware 0 | capability 0x1f & (SV|RR|CR|UF) = 0x1d.
        assertThat(bareMetal("rc0.iommu.mode=identity").fabric().function(DP0).acs())
                .contains(new Acs(0x1f, 0x1d));
    }

    @Test
    void theCommandLineTakesRedirectBack() {
        // 5.15 clears RR and CR of the word so far: SV and UF stay, 0x11.
        Plan plan = bareMetal(
                "rc0.iommu.mode=identity", "kernel.cmdline=\"quiet pci=disable_acs_redir=0000:18:00.0;0000:18:01.0\"");
        assertThat(plan.fabric().function(DP0).acs()).contains(new Acs(0x1f, 0x11));
    }
}
