package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.p2psim.transaction.DataLinkLayer.ackLatencyLimit;
import static org.p2psim.transaction.DataLinkLayer.replayTimerLimit;
import static org.p2psim.transaction.DataLinkLayer.updateFcLatency;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.topology.Link;
import org.p2psim.unit.Ticks;

class DataLinkLayerTest {
    static List<ModelRun> runs() {
        return ModelRun.all();
    }

    /**
     * Tables 3-7 to 3-9 of the PCIe base specification 5.0 (and 6.3, 3-10 to 3-12), with x32 as in model/pcie.py of
     * pcie-bench. There the x32 entries "gen1, 2048" of the UpdateFC table (248) and "gen2, 4096" of the Ack table
     * (237) differ from each other's table, which has what the formula gives: 148 and 327.
     */
    @ParameterizedTest(name = "gen{0} x{1}")
    @CsvSource({
        "1,  1, 237, 416, 559, 1071, 2095, 4143",
        "1,  2, 128, 217, 289,  545, 1057, 2081",
        "1,  4,  73, 118, 154,  282,  538, 1050",
        "1,  8,  67, 107,  86,  150,  278,  534",
        "1, 16,  48,  72,  86,  150,  278,  534",
        "1, 32,  33,  45,  52,   84,  148,  276",
        "2,  1, 288, 467, 610, 1122, 2146, 4194",
        "2,  2, 179, 268, 340,  596, 1108, 2132",
        "2,  4, 124, 169, 205,  333,  589, 1101",
        "2,  8, 118, 158, 137,  201,  329,  585",
        "2, 16,  99, 123, 137,  201,  329,  585",
        "2, 32,  84,  96, 103,  135,  199,  327",
        "3,  1, 333, 512, 655, 1167, 2191, 4239",
        "3,  2, 224, 313, 385,  641, 1153, 2177",
        "3,  4, 169, 214, 250,  378,  634, 1146",
        "3,  8, 163, 203, 182,  246,  374,  630",
        "3, 16, 144, 168, 182,  246,  374,  630",
        "3, 32, 129, 141, 148,  180,  244,  372",
        "5,  8, 163, 203, 182,  246,  374,  630",
        "5, 16, 144, 168, 182,  246,  374,  630",
    })
    void limitsOfTheSpecification(
            int generation, int width, int of128, int of256, int of512, int of1024, int of2048, int of4096) {
        List<Integer> limits = List.of(of128, of256, of512, of1024, of2048, of4096);
        for (int i = 0; i < limits.size(); i++) {
            assertThat(ackLatencyLimit(generation, width, 128 << i)).isEqualTo(limits.get(i));
            assertThat(updateFcLatency(generation, width, 128 << i)).isEqualTo(limits.get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void intervalsOfPcieBench(ModelRun run) {
        Link link = run.link();
        assertThat(ackLatencyLimit(link.generation(), link.width(), run.mps())).isEqualTo(run.number("ack_interval"));
        assertThat(updateFcLatency(link.generation(), link.width(), run.mps())).isEqualTo(run.number("fc_interval"));
        assertThat(DataLinkLayer.DLLP_BYTES).isEqualTo(run.number("ack_dllp_B")).isEqualTo(run.number("fc_dllp_B"));
        assertThat(DataLinkLayer.SKP_BYTES + "/" + DataLinkLayer.SKP_INTERVAL).isEqualTo(run.text("skp"));
    }

    @Test
    void aLimitIsInSymbolsOfOneLane() {
        // 203 symbols of 8 bits at 8 GT/s on x8; an x8 link carries 1624 bytes meanwhile, almost six TLPs
        assertThat(DataLinkLayer.ackLatencyTicks(Link.parse("gen3 x8"), 256)).isEqualTo(Ticks.parse("203ns"));
        // 73 symbols of 10 bits at 2.5 GT/s
        assertThat(DataLinkLayer.ackLatencyTicks(Link.parse("gen1 x4"), 128)).isEqualTo(Ticks.parse("292ns"));
        assertThat(DataLinkLayer.updateFcLatencyTicks(Link.parse("gen5 x16"), 512))
                .isEqualTo(Ticks.parse("45.5ns"));
    }

    /** Up to 8 GT/s three Ack latency limits (specification 3.1); ports of 16 GT/s and more 24,000 symbols or more. */
    @Test
    void replayTimer() {
        assertThat(replayTimerLimit(1, 1, 128)).isEqualTo(711);
        assertThat(replayTimerLimit(3, 8, 256)).isEqualTo(609);
        assertThat(replayTimerLimit(4, 16, 256)).isEqualTo(24_000);
        assertThat(DataLinkLayer.replayTimerTicks(Link.parse("gen5 x16"), 256)).isEqualTo(Ticks.parse("6us"));
    }

    @Test
    void flitModeHasNoSuchLimits() {
        assertThatThrownBy(() -> ackLatencyLimit(6, 16, 256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("FLIT");
        assertThatThrownBy(() -> DataLinkLayer.replayTimerTicks(new Link(6, 16), 256))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"3, 8, 64", "3, 8, 8192", "3, 8, 384", "3, 3, 256", "0, 8, 256", "3, 8, -128"})
    void whatNoLinkHasIsRefused(int generation, int width, int mps) {
        assertThatThrownBy(() -> ackLatencyLimit(generation, width, mps)).isInstanceOf(IllegalArgumentException.class);
    }
}
