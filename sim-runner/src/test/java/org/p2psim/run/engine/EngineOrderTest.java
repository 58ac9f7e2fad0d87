package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EngineOrderTest {
    private final Engine engine = new Engine();
    private final List<String> happened = new ArrayList<>();

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 200);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void modelsSeeTheOrderThatIsPromised(long seed) {
        RandomModel model = modelOn(engine, seed);
        engine.run();
        assertThat(model.trace()).as("seed %d", seed).isEqualTo(expected(seed));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aRunThatIsCutAnywhereIsTheSameRun(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RandomModel model = modelOn(engine, seed);
        int scale = random.nextInt(1, 45);
        for (int cut = 0; cut < 30; cut++) {
            long end = engine.now() + random.nextLong(1L << scale);
            engine.runUntil(end);
            assertThat(engine.now()).isEqualTo(end);
            assertThat(engine.nextTime()).isGreaterThan(end);
        }
        engine.run();
        assertThat(model.trace()).as("seed %d", seed).isEqualTo(expected(seed));
        long hooks = model.trace().stream()
                .filter(line -> line.endsWith("before actions"))
                .count();
        assertThat(engine.events()).isEqualTo(model.trace().size() - hooks);
    }

    private static RandomModel modelOn(Engine engine, long seed) {
        RandomModel model = new RandomModel(seed, new EngineClock(engine));
        for (int code = 0; code < RandomModel.HANDLERS; code++) {
            assertThat(engine.handler(model.handler(code))).isEqualTo(code);
        }
        engine.beforeActions(model::beforeActions);
        model.begin();
        return model;
    }

    private static List<String> expected(long seed) {
        PlainClock clock = new PlainClock();
        RandomModel model = new RandomModel(seed, clock);
        for (int code = 0; code < RandomModel.HANDLERS; code++) {
            clock.handler(model.handler(code));
        }
        clock.beforeActions(model::beforeActions);
        model.begin();
        clock.run();
        return model.trace();
    }

    @Test
    void withinAnInstantPhaseComesBeforeIndexAndIndexBeforeHandler() {
        int first = engine.handler(index -> happened.add("first " + index));
        int second = engine.handler(index -> happened.add("second " + index));
        engine.at(5, Phase.DECISION, first, 0);
        engine.at(5, Phase.STATE, second, 1);
        engine.at(5, Phase.STATE, first, 16_777_215);
        engine.at(5, () -> happened.add("action"));
        engine.at(5, Phase.STATE, first, 1);
        engine.at(5, Phase.ACTION, second, 9);
        engine.at(5, Phase.DECISION, first, 0);
        engine.run();
        assertThat(happened)
                .containsExactly("first 1", "second 1", "first 16777215", "second 9", "action", "first 0", "first 0");
    }

    @Test
    void aDecisionThatChangesStateSeesItsChangesBeforeTheNextDecision() {
        int state = engine.handler(index -> happened.add("state " + index));
        int decision = engine.handler(index -> {
            happened.add("decision " + index);
            engine.at(engine.now(), Phase.STATE, state, index);
            engine.at(engine.now(), () -> happened.add("action " + index));
        });
        engine.at(5, Phase.DECISION, decision, 1);
        engine.at(5, Phase.DECISION, decision, 2);
        engine.run();
        assertThat(happened).containsExactly("decision 1", "state 1", "action 1", "decision 2", "state 2", "action 2");
    }

    @Test
    void modelsAreToldOncePerInstantBeforeItsFirstAction() {
        int state = engine.handler(index -> happened.add("state " + index));
        engine.beforeActions(time -> {
            happened.add("told " + time);
            engine.at(time, Phase.STATE, state, 2);
        });
        engine.at(5, Phase.STATE, state, 1);
        engine.at(5, () -> happened.add("a"));
        engine.at(5, () -> happened.add("b"));
        engine.at(6, Phase.STATE, state, 3);
        engine.at(7, () -> happened.add("c"));
        engine.run();
        assertThat(happened)
                .containsExactly("state 1", "told 5", "state 2", "a", "b", "state 3", "told 7", "state 2", "c");
        assertThat(engine.events()).isEqualTo(7);
    }
}
