package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.p2psim.transaction.LinkBound.Rate.BOUND;
import static org.p2psim.transaction.LinkBound.Rate.MODEL;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.topology.Link;

class LinkBoundTest {
    /** The data has four decimals. */
    private static final Offset<Double> ROUNDED = within(0.000_051);

    static List<ModelRun> runs() {
        return ModelRun.all();
    }

    @Test
    void theModelHas1875PointsIn20Configurations() {
        assertThat(runs()).hasSize(20);
        assertThat(runs().stream().mapToInt(run -> run.points().size()).sum()).isEqualTo(1875);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void ratesAndOverheadsOfPcieBench(ModelRun run) {
        LinkBound bound = run.bound();
        assertThat(bound.tlpRate(BOUND)).isCloseTo(run.decimal("raw_gbps"), ROUNDED);
        assertThat(bound.tlpRate(MODEL)).isCloseTo(run.decimal("tlp_gbps"), ROUNDED);
        boolean above4GiB = bound.above4GiB();
        assertThat(TlpKind.MEM_WRITE.overhead(above4GiB, false, bound.ecrc())).isEqualTo(run.number("mwr_overhead_B"));
        assertThat(TlpKind.MEM_READ.overhead(above4GiB, false, bound.ecrc())).isEqualTo(run.number("mrd_B"));
        assertThat(TlpKind.COMPLETION_WITH_DATA.overhead(above4GiB, false, bound.ecrc()))
                .isEqualTo(run.number("cpld_overhead_B"));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void payloadOfPcieBench(ModelRun run) {
        assertThat(run.points())
                .allSatisfy(
                        point -> assertThat(payload(run.bound(), MODEL, point)).isCloseTo(point.gbps(), ROUNDED));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void noModelledPayloadExceedsTheBound(ModelRun run) {
        assertThat(run.points())
                .allSatisfy(
                        point -> assertThat(payload(run.bound(), BOUND, point)).isGreaterThan(point.gbps()));
    }

    private static double payload(LinkBound bound, LinkBound.Rate rate, ModelRun.Point point) {
        return switch (point.operation()) {
            case "write" -> bound.write(rate, point.size());
            case "read" -> bound.read(rate, point.size());
            case "read_write" -> bound.readWrite(rate, point.size());
            default -> throw new IllegalArgumentException(point.operation());
        };
    }

    /** 256 of 280 bytes at 8 GT/s x 8 lanes x 128/130: the figure that cocotbext-pcie reaches within 0.02 %. */
    @Test
    void aGen3x8LinkCarries57Point6GigabitsOfWrites() {
        LinkBound bound = new LinkBound(Link.parse("gen3 x8"), 256, 512, 256, true, false);
        assertThat(bound.write(BOUND, 4096)).isCloseTo(57.614, within(0.001));
        assertThat(57.603 / bound.write(BOUND, 4096)).isBetween(0.9998, 1.0);
    }

    /** 118 GB/s of TLPs on x16; 256 of 272 bytes, for there is no framing; no DLLPs to charge. */
    @Test
    void inFlitModeTheModelIsTheBound() {
        LinkBound bound = new LinkBound(Link.parse("gen6 x16"), 256, 512, 256, true, false);
        assertThat(bound.tlpRate(BOUND)).isEqualTo(944.0);
        assertThat(bound.write(BOUND, 4096)).isCloseTo(944.0 * 256 / 272, within(1e-9));
        assertThat(bound.write(MODEL, 4096)).isEqualTo(bound.write(BOUND, 4096));
    }

    @Test
    void readRequestsTakeFromTheWritesThatTravelWithThem() {
        // 16 bytes: 24 to ask for and 36 to answer; with a write, 24 + 40 one way and 36 the other
        LinkBound bound = new LinkBound(Link.parse("gen1 x1"), 128, 128, 128, true, false);
        assertThat(bound.read(BOUND, 16)).isCloseTo(2.0 * 16 / 36, within(1e-9));
        assertThat(bound.readWrite(BOUND, 16)).isCloseTo(2.0 * 16 / 64, within(1e-9));
    }

    @Test
    void transfersAndSizesArePositive() {
        LinkBound bound = new LinkBound(Link.parse("gen3 x8"), 256, 512, 256, true, false);
        assertThatThrownBy(() -> bound.write(MODEL, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkBound(Link.parse("gen3 x8"), 200, 512, 256, true, false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkBound(Link.parse("gen3 x8"), 256, 0, 256, true, false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
