package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import nl.tudelft.simulation.dsol.experiment.Replication;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import nl.tudelft.simulation.dsol.simulators.DevsSimulatorInterface;
import nl.tudelft.simulation.dsol.simulators.ReplicationState;
import nl.tudelft.simulation.dsol.simulators.RunState;
import nl.tudelft.simulation.dsol.simulators.SimulatorInterface;
import org.djutils.event.EventListener;
import org.djutils.event.EventType;
import org.junit.jupiter.api.Test;

/** The engine is a DSOL simulator: what DSOL's interface tells and does is true. */
class DsolViewTest {
    private final Engine engine = new Engine();
    private final DevsSimulatorInterface<Long> dsol = engine.dsol();
    private final List<Object> happened = new ArrayList<>();

    @Test
    void dsolSeesTheClockWhereverTheEngineMovesIt() {
        engine.at(10, () -> {
            happened.add(dsol.getSimulatorTime());
            engine.advanceTo(12);
            happened.add(dsol.getSimulatorTime());
        });
        engine.runUntil(15);
        happened.add(dsol.getSimulatorTime());
        assertThat(happened).containsExactly(10L, 12L, 15L);
    }

    @Test
    void dsolSeesWhatIsPendingInItsOrder() {
        int code = engine.handler(index -> happened.add("primitive " + index));
        engine.at(10, Phase.DECISION, code, 4);
        engine.at(10, () -> happened.add("action"));
        engine.at(10, Phase.STATE, code, 5);
        engine.at(Long.MAX_VALUE / 4, Phase.STATE, code, 6);
        List<SimEventInterface<Long>> pending = new ArrayList<>();
        dsol.getEventList().forEach(pending::add);
        assertThat(pending).isSorted();
        assertThat(pending)
                .extracting(SimEventInterface::getAbsoluteExecutionTime)
                .containsExactly(10L, 10L, 10L, Long.MAX_VALUE / 4);
        assertThat(dsol.getEventList().first()).isEqualTo(pending.get(0));
        assertThat(dsol.getEventList().size()).isEqualTo(4);
        pending.forEach(SimEventInterface::execute);
        assertThat(happened).containsExactly("primitive 5", "action", "primitive 4", "primitive 6");
    }

    @Test
    void dsolCanCancelWhatTheEngineScheduled() {
        int code = engine.handler(index -> happened.add("primitive " + index));
        engine.at(10, Phase.STATE, code, 1);
        engine.at(10, Phase.STATE, code, 2);
        engine.at(11, () -> happened.add("action"));
        List<SimEventInterface<Long>> pending = new ArrayList<>();
        dsol.getEventList().forEach(pending::add);
        assertThat(dsol.cancelEvent(pending.get(0))).isTrue();
        assertThat(dsol.cancelEvent(pending.get(0))).isFalse();
        assertThat(dsol.cancelEvent(pending.get(2))).isTrue();
        engine.run();
        assertThat(happened).containsExactly("primitive 2");
    }

    @Test
    void dsolsEventsHappenAmongTheEngines() {
        engine.at(10, () -> {
            dsol.scheduleEventRel(5L, () -> happened.add("relative " + engine.now()));
            dsol.scheduleEventNow(() -> happened.add("now " + engine.now()));
        });
        engine.at(12, () -> {
            engine.advanceTo(13);
            dsol.scheduleEventRel(1L, () -> happened.add("relative " + engine.now()));
        });
        SimEventInterface<Long> cancelled = dsol.scheduleEventAbs(Long.valueOf(14), () -> happened.add("cancelled"));
        dsol.cancelEvent(cancelled);
        engine.run();
        assertThat(happened).containsExactly("now 10", "relative 14", "relative 15");
        assertThatThrownBy(() -> dsol.scheduleEventAbs(Long.valueOf(9), () -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void dsolCanStepPauseAndGoOn() throws Exception {
        engine.beforeActions(time -> happened.add("told " + time));
        engine.at(10, () -> happened.add("a"));
        engine.at(20, () -> {
            happened.add("b");
            dsol.stop();
        });
        engine.at(30, () -> happened.add("c"));
        dsol.step();
        assertThat(happened).containsExactly("told 10", "a");
        dsol.start();
        assertThat(dsol.getRunState()).isEqualTo(RunState.STOPPED);
        assertThat(engine.now()).isEqualTo(20);
        dsol.runUpTo(30L);
        assertThat(happened).containsExactly("told 10", "a", "told 20", "b");
        engine.run();
        assertThat(happened).endsWith("told 30", "c");
    }

    @Test
    void dsolTellsItsListenersHowARunGoes() {
        EventListener listener = event -> happened.add(event.getType());
        for (EventType type : List.of(
                Replication.START_REPLICATION_EVENT,
                SimulatorInterface.START_EVENT,
                SimulatorInterface.STOP_EVENT,
                Replication.END_REPLICATION_EVENT)) {
            dsol.addListener(listener, type);
        }
        engine.at(10, engine::stop);
        assertThat(dsol.getReplicationState()).isEqualTo(ReplicationState.INITIALIZED);
        engine.run();
        assertThat(happened)
                .containsExactly(
                        Replication.START_REPLICATION_EVENT,
                        SimulatorInterface.START_EVENT,
                        SimulatorInterface.STOP_EVENT,
                        Replication.END_REPLICATION_EVENT);
        assertThat(dsol.getReplicationState()).isEqualTo(ReplicationState.ENDED);
    }
}
