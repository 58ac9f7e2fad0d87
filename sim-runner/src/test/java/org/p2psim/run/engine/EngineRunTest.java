package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineRunTest {
    private final Engine engine = new Engine();
    private final List<Object> happened = new ArrayList<>();

    @Test
    void runUntilIncludesItsTimeAndLeavesTheClockThere() {
        engine.at(10, () -> happened.add("a"));
        engine.at(20, () -> happened.add("b"));
        engine.at(21, () -> happened.add("c"));
        engine.runUntil(20);
        assertThat(happened).containsExactly("a", "b");
        assertThat(engine.now()).isEqualTo(20);
        assertThat(engine.nextTime()).isEqualTo(21);
        engine.runUntil(1_000);
        assertThat(engine.now()).isEqualTo(1_000);
        assertThat(engine.nextTime()).isEqualTo(Long.MAX_VALUE);
        assertThat(happened).containsExactly("a", "b", "c");
    }

    @Test
    void whatRunsAheadStopsWhereARunIsCut() {
        engine.at(10, () -> happened.add(engine.nextTime()));
        engine.at(50, () -> happened.add(engine.nextTime()));
        engine.runUntil(20);
        engine.run();
        assertThat(happened).containsExactly(21L, Long.MAX_VALUE);
    }

    @Test
    void runningAheadMovesTheClockAndCountsAsAnEvent() {
        engine.at(10, () -> {
            engine.advanceTo(15);
            engine.advanceTo(19);
            happened.add(engine.now());
            assertThatThrownBy(() -> engine.advanceTo(20)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> engine.advanceTo(18)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> engine.at(18, () -> {})).isInstanceOf(IllegalArgumentException.class);
        });
        engine.at(20, () -> happened.add(engine.now()));
        engine.run();
        assertThat(happened).containsExactly(19L, 20L);
        assertThat(engine.events()).isEqualTo(4);
    }

    @Test
    void onlyAnEventRunsAhead() {
        assertThatThrownBy(() -> engine.advanceTo(5)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatRunsAheadSeesThatTheRunIsStopped() {
        engine.at(10, () -> {
            happened.add(engine.stopping());
            engine.stop();
            happened.add(engine.stopping());
            assertThatThrownBy(() -> engine.advanceTo(11)).isInstanceOf(IllegalArgumentException.class);
            engine.at(11, () -> happened.add("never"));
        });
        engine.run();
        assertThat(happened).containsExactly(false, true);
        assertThat(engine.stopping()).isTrue();
        assertThat(engine.nextTime()).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(engine::run)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended");
    }

    @Test
    void aStoppedRunDoesNotMoveTheClockToItsEnd() {
        engine.at(10, engine::stop);
        engine.runUntil(100);
        assertThat(engine.now()).isEqualTo(10);
    }

    @Test
    void anEngineThatIsStoppedBetweenRunsRunsNoMore() {
        engine.at(10, () -> happened.add("never"));
        engine.stop();
        assertThatThrownBy(() -> engine.runUntil(10)).isInstanceOf(IllegalStateException.class);
        assertThat(happened).isEmpty();
    }

    @Test
    void anEventCannotRunItsOwnEngine() {
        engine.at(10, engine::run);
        assertThatThrownBy(engine::run).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void timesOutsideOfTimeAreRefused() {
        long end = Long.MAX_VALUE / 4;
        engine.at(end, () -> happened.add(engine.now()));
        assertThatThrownBy(() -> engine.at(end + 1, () -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.at(-1, () -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.runUntil(-1)).isInstanceOf(IllegalArgumentException.class);
        engine.run();
        assertThat(happened).containsExactly(end);
    }

    @Test
    void unknownHandlersAndIndexesOutOfRangeAreRefused() {
        int code = engine.handler(index -> {});
        assertThatThrownBy(() -> engine.at(1, Phase.STATE, code + 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.at(1, Phase.STATE, -1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.at(1, Phase.STATE, code, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> engine.at(1, Phase.STATE, code, 1 << 24)).isInstanceOf(IllegalArgumentException.class);
        assertThat(engine.nextTime()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anEngineHas255Handlers() {
        for (int code = 0; code < 255; code++) {
            assertThat(engine.handler(happened::add)).isEqualTo(code);
        }
        assertThatThrownBy(() -> engine.handler(happened::add)).isInstanceOf(IllegalStateException.class);
        engine.at(1, Phase.STATE, 254, 77);
        engine.run();
        assertThat(happened).containsExactly(77);
    }

    /** Sparse and crowded, so that near, ring and far are all in use. */
    @ParameterizedTest(name = "{0} pending")
    @ValueSource(ints = {1, 64, 20_000})
    void primitiveEventsAllocateNothing(int pending) {
        int[] steps = {40_000, 90_000, 200_000, 1 << 30, 60_000, 1_000_000};
        int[] codes = new int[1];
        codes[0] = engine.handler(index -> engine.at(engine.now() + steps[index % 6], Phase.DECISION, codes[0], index));
        for (int index = 0; index < pending; index++) {
            engine.at(index, Phase.STATE, codes[0], index);
        }
        engine.runUntil(10_000_000);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long before = engine.events();
        engine.runUntil(12_000_000);
        allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
        assertThat(engine.events() - before).isGreaterThanOrEqualTo(50L * pending / 6);
        assertThat(allocated).isLessThan(2_000);
    }
}
