package org.p2psim.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** What parts cost that nobody has described, and what no part can cost. */
class TimingsTest {
    private static final HostBridge BRIDGE = new HostBridge("rc0", "s0", 0, 0x16, IommuMode.OFF, 0, 256, List.of());

    private static PortTiming efficient(int permille) {
        return new PortTiming(Optional.empty(), OptionalInt.of(permille), OptionalLong.of(permille), 1, false);
    }

    @Test
    void partsThatAreNotDescribedCostTheDefaultsOfTheirKind() {
        Bdf address = new Bdf(0, 1, 0, 0);
        assertThat(Timings.DEFAULT.port(address)).isEqualTo(PortTiming.DEFAULT);
        assertThat(Timings.DEFAULT.device(address)).isEqualTo(DeviceTiming.DEFAULT);
        assertThat(Timings.DEFAULT.memory("s0")).isEqualTo(MemoryTiming.DEFAULT);
        assertThat(Timings.DEFAULT.rootComplex(BRIDGE)).isEqualTo(RootComplexTiming.DEFAULT);
        assertThat(Timings.DEFAULT.response(List.of(BRIDGE), false)).isEqualTo(Response.SERVED);
    }

    @Test
    void anEndOfALinkThatSaysNothingTransmitsAsTheOtherEndDoes() {
        assertThat(PortTiming.DEFAULT.efficiencyTowards(efficient(930))).isEqualTo(930);
        assertThat(efficient(980).efficiencyTowards(efficient(930))).isEqualTo(980);
        assertThat(PortTiming.DEFAULT.efficiencyTowards(PortTiming.DEFAULT)).isEqualTo(1000);
        assertThat(PortTiming.DEFAULT.errorsTowards(efficient(2))).isEqualTo(2);
        assertThat(PortTiming.DEFAULT.errorsTowards(PortTiming.DEFAULT)).isZero();
    }

    @Test
    void aWayThroughTwoRootComplexesIsAsOpenAsTheStricter() {
        HostBridge other = new HostBridge("rc1", "s0", 0, 0x85, IommuMode.OFF, 0, 256, List.of());
        RootComplexTiming client = new RootComplexTiming(
                OptionalLong.empty(), OptionalLong.empty(), false, true, IommuTiming.DEFAULT, OptionalLong.empty());
        Timings timings = Timings.of(Map.of(), Map.of("0000:85", client), Map.of(), Map.of());
        assertThat(timings.response(List.of(BRIDGE, other), false)).isEqualTo(Response.UNSUPPORTED_REQUEST);
        assertThat(timings.response(List.of(BRIDGE, other), true)).isEqualTo(Response.SERVED);
    }

    @Test
    void readsOfMemoryPayForMissesAndOtherSockets() {
        MemoryTiming memory = new MemoryTiming(500, 50, OptionalLong.empty(), 7, OptionalLong.empty(), 0);
        assertThat(memory.readLatency(true, false)).isEqualTo(500);
        assertThat(memory.readLatency(false, true)).isEqualTo(557);
    }

    /** 19 million a second: one in 52.6 ns. */
    @Test
    void pageWalksOverlapWhereTheirIntervalIsShorterThanAMiss() {
        assertThat(IommuTiming.DEFAULT.walkInterval()).isBetween(Ticks.ofNanoseconds(52), Ticks.ofNanoseconds(53));
        assertThat(IommuTiming.DEFAULT.walkInterval()).isLessThan(IommuTiming.DEFAULT.miss());
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> efficient(0)).withMessageContaining("1 to 1000");
        assertThatIllegalArgumentException().isThrownBy(() -> efficient(1001));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new PortTiming(Optional.empty(), OptionalInt.empty(), OptionalLong.empty(), 257, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new IommuTiming(64, 3 * Bytes.KIB, 0, 0))
                .withMessageContaining("power of two");
        assertThatIllegalArgumentException().isThrownBy(() -> new IommuTiming(0, 4 * Bytes.KIB, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> IommuTiming.intervalOf(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new DeviceTiming(0, OptionalLong.of(0), 0));
    }
}
