package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import nl.tudelft.simulation.dsol.simulators.ReplicationState;
import nl.tudelft.simulation.dsol.simulators.RunState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is thrown within a run, by whatever kind of event, ends it and reaches the caller. */
class EngineFailureTest {
    private static final List<Throwable> THROWN = List.of(
            new IllegalStateException("boom", new RuntimeException("why")),
            new StackOverflowError("deep"),
            new AssertionError("wrong", new RuntimeException("why")));

    private static final List<Consumer<Failing>> EVENTS = List.of(
            failing -> failing.engine.at(3, failing::fail),
            failing -> failing.engine.at(3, Phase.DECISION, failing.code, 1),
            failing -> {
                failing.engine.beforeActions(time -> failing.fail());
                failing.engine.at(3, () -> {});
            });

    private static final class Failing {
        private final Throwable thrown;
        private final Engine engine = new Engine();
        private final int code = engine.handler(index -> fail());

        Failing(Throwable thrown) {
            this.thrown = thrown;
        }

        private void fail() {
            Failing.<RuntimeException>sneak(thrown);
        }

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> void sneak(Throwable thrown) throws T {
            throw (T) thrown;
        }
    }

    static Stream<Arguments> failures() {
        return THROWN.stream().flatMap(thrown -> EVENTS.stream().map(event -> Arguments.of(thrown, event)));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void itIsThrownAsItIsAndLeavesTheEngineEnded(Throwable thrown, Consumer<Failing> event) {
        Failing failing = new Failing(thrown);
        event.accept(failing);
        failing.engine.at(4, () -> {});
        assertThatThrownBy(failing.engine::run).isSameAs(thrown);
        assertThat(failing.engine.now()).isEqualTo(3);
        assertThat(failing.engine.stopping()).isTrue();
        assertThat(failing.engine.dsol().getRunState()).isEqualTo(RunState.ENDED);
        assertThat(failing.engine.dsol().getReplicationState()).isEqualTo(ReplicationState.ENDED);
        assertThat(failing.engine.dsol().getEventList().isEmpty()).isTrue();
        assertThatThrownBy(failing.engine::run).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRealStackOverflowIsThrown() {
        Engine engine = new Engine();
        engine.at(3, () -> deeper(0));
        assertThatThrownBy(engine::run).isInstanceOf(StackOverflowError.class);
    }

    private static int deeper(int depth) {
        return depth == Integer.MAX_VALUE ? 0 : 1 + deeper(depth + 1);
    }

    @Test
    void otherEnginesGoOn() {
        List<Long> happened = new ArrayList<>();
        Engine other = new Engine();
        other.at(1, () -> {
            Failing failing = new Failing(new AssertionError("wrong"));
            failing.engine.at(3, failing::fail);
            assertThatThrownBy(failing.engine::run).hasMessage("wrong");
            assertThat(other.now()).isEqualTo(1);
        });
        other.at(2, () -> happened.add(other.now()));
        other.run();
        assertThat(happened).containsExactly(2L);
    }
}
