package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.timing.Timings;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** DMAs that share no link: each below a switch of its own, one begun after the other. */
class UnrelatedFlowsTest {
    private static final Link GEN5_X16 = new Link(5, 16);
    private static final long BYTES = 16 * Bytes.MIB;
    private static final long APART = Ticks.ofNanoseconds(700);

    private static long events(int switches, Direction direction, Fidelity fidelity, long apart) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        for (int i = 0; i < switches; i++) {
            machine.belowASwitch(2, GEN5_X16);
        }
        Run run = new Run(machine.fabric(), Timings.DEFAULT, fidelity);
        List<PciFunction> endpoints = machine.fabric().endpoints();
        for (int i = 0; i < switches; i++) {
            run.start(
                    i * apart,
                    DmaLike.usual(endpoints.get(2 * i), endpoints.get(2 * i + 1), direction)
                            .name("dma" + i)
                            .bytes(BYTES)
                            .request());
        }
        run.run();
        return run.engine.events();
    }

    /** The begin and the end of one stop the others for a moment, as somebody might react to them, and no more than that. */
    @ParameterizedTest
    @EnumSource
    void eachTakesAboutAsManyEventsAsAlone(Direction direction) {
        assertThat(events(4, direction, Fidelity.L1, APART))
                .isLessThan(2 * 4 * events(1, direction, Fidelity.L1, APART));
    }

    /** They are looked at anew then, for a period that is known. */
    @ParameterizedTest
    @EnumSource
    void nearlyAllIsSkippedThoughOneBeginsOrEndsEachTwentyMicroseconds(Direction direction) {
        long apart = 20 * Ticks.PER_MICROSECOND;
        assertThat(events(16, direction, Fidelity.L2, apart))
                .isLessThan(events(16, direction, Fidelity.L0, apart) / 30);
    }
}
