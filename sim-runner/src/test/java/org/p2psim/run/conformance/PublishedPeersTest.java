package org.p2psim.run.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.p2psim.run.ScenarioText.transfer;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.evidence.TimingRow.PeerTarget;
import org.p2psim.scenario.library.Library;
import org.p2psim.unit.Ticks;

/** Published figures of peers, and variations of the machines whose outcome the rules of PCIe bound. */
class PublishedPeersTest {
    private static Case judge(String id, String unit, double value) {
        return new PeerConformance().check(new PeerTarget("", id, "", "", ImmutableList.of(value), unit, "", ""));
    }

    /** Sources: local-inference-lab/rtx6kpro; xnvme/aisio; NVIDIA/nccl#949; linux-rdma/perftest#241. */
    @ParameterizedTest
    @CsvSource({
        "P14, GB/s, 114.1",
        "P24, GB/s, 51.3",
        "P23, GB/s, 21.3",
        "P27, 2 MiB pages, 512",
        "P28, GB/s, 57.8",
        "P32, GB/s, 11",
        "P35, %, 56",
        "P40, ns max, 115"
    })
    void theShippedScenarioGivesTheFigure(String id, String unit, double value) {
        Case judged = judge(id, unit, value);
        assertThat(judged.agrees()).as(judged.difference()).isTrue();
    }

    @Test
    void theCollapseOfPostedWritesIsNotReproducedAndSaidSo() {
        Case judged = judge("P19", "GB/s", 13.5);
        assertThat(judged.agrees()).isFalse();
        assertThat(judged.difference()).contains("published 13.5 GB/s, simulated");
    }

    @Test
    void softwareIsNotModelledAndSaidSo() {
        Case judged = judge("P44", "us", 1.4);
        assertThat(judged.agrees()).isFalse();
        assertThat(judged.difference()).startsWith("not modelled; that would take");
    }

    private static RunOutcome run(String scenario, String variant, String... settings) {
        return new Simulation("").run(ScenarioText.planOf(variant, Library.text(scenario), settings));
    }

    private static double gigabytes(RunOutcome run, String... names) {
        return Arrays.stream(names)
                .mapToDouble(name ->
                        transfer(run, name).bandwidth().gigabytesPerSecond().doubleValue())
                .sum();
    }

    /** 256 bytes of data in 280 on the wire, of which 93% are used (the profile of the switches). */
    @ParameterizedTest
    @CsvSource({
        "1, 16, 2.5, 0.8",
        "2, 16, 5, 0.8",
        "3, 16, 8, 0.984615",
        "4, 16, 16, 0.984615",
        "5, 16, 32, 0.984615",
        "5, 8, 32, 0.984615",
        "4, 4, 16, 0.984615",
        "3, 2, 8, 0.984615"
    })
    void writesAreNeverAboveTheLinkAndHardlyBelow(int generation, int width, double gigatransfers, double encoding) {
        double bound = gigatransfers * encoding * width / 8 * 256 / 280 * 0.93;
        String link = "{gen: %d, width: x%d, efficiency: 93%%}".formatted(generation, width);
        RunOutcome run = run(
                "peers-two-switches",
                "gen5",
                "rp0.link=" + link,
                "rp1.link=" + link,
                "dp0.link=" + link,
                "dp1.link=" + link,
                "dp2.link=" + link,
                "dp3.link=" + link);
        for (double simulated : List.of(
                gigabytes(run, "same-switch"), gigabytes(run, "across"), gigabytes(run, "shared-a", "shared-b"))) {
            assertThat(simulated).isBetween(bound * 0.97, bound);
        }
        assertThat(transfer(run, "read-across").latency().min())
                .isGreaterThan(transfer(run, "read-same-switch").latency().max());
    }

    /** What was tried before the collapse of writes to two root complexes was called not reproduced. */
    @Test
    void fewCreditsAtTheDestinationsSlowOneMoreThanTwoTogether() {
        String credits = ".upstream.credits={ph: 8, pd: 128, nph: 16, npd: 16, cplh: 64, cpld: 512}";
        RunOutcome run = run("peers-sixteen-gpus", "bare-metal", "sw1" + credits, "sw2" + credits, "sw3" + credits);
        double alone = gigabytes(run, "alone");
        assertThat(alone).isLessThan(20);
        assertThat(gigabytes(run, "collapse-a", "collapse-b")).isCloseTo(2 * alone, within(0.1 * alone));
    }

    /** Published: 73.1 GB/s to eight GPUs on one root complex, 114.1 on two. */
    @Test
    void aRootComplexOfItsOwnForEachSwitchGivesMoreOfHostMemory() {
        RunOutcome run = run("peers-sixteen-gpus", "bare-metal");
        double shared = 0;
        double separate = 0;
        for (int i = 0; i < 8; i++) {
            shared += gigabytes(run, "shared-h2d-" + i);
            separate += gigabytes(run, "separate-h2d-" + i);
        }
        assertThat(shared).isCloseTo(73.1, within(0.05 * 73.1));
        assertThat(separate).isCloseTo(114.1, within(0.05 * 114.1));
    }

    @Test
    void withRedirectBothDirectionsShareTheUplink() {
        double off = gigabytes(run("peers-acs-uplink", "redirect-off"), "both-a", "both-b");
        double on = gigabytes(run("peers-acs-uplink", "redirect-on"), "both-a", "both-b");
        assertThat(on / off).isCloseTo(0.5, within(0.02));
    }

    /** One command of 4 KiB: 8.9 us to host memory fit the drive, 9.0 us to the GPU were measured. */
    @Test
    void aCommandToTheGpuTakesAsLongAsPublished() {
        RunOutcome run = run("peers-nvme", "ice-lake");
        assertThat(transfer(run, "one-memory").latency().at(50) / (1000.0 * Ticks.PER_NANOSECOND))
                .isCloseTo(8.9, within(0.1));
        assertThat(transfer(run, "one-gpu").latency().at(50) / (1000.0 * Ticks.PER_NANOSECOND))
                .isCloseTo(9.0, within(0.45));
    }
}
