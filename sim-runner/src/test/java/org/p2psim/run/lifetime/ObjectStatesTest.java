package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.ObjectOutcome.State;
import org.p2psim.outcome.ObjectOutcome.Use;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.unit.Ticks;

/** What a run tells of the states that its objects went through. */
class ObjectStatesTest {
    private static final long US = Ticks.PER_MICROSECOND;

    private static RunOutcome reset(String driver) {
        return Lifetime.on("release: \"6.19\"")
                .vfio("reset-time: 100us, driver: " + driver)
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 5us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 30us, do: reset, device: n0",
                        "at: 50us, id: during, do: rdma-write, mr: mr0, size: 4KiB",
                        "at: 150us, do: close, dma-buf: buf")
                .expects("operation: 0, is: done")
                .outcome();
    }

    private static ObjectOutcome object(RunOutcome run, String name) {
        return run.objects().stream()
                .filter(object -> object.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aDmaBufIsRevokedAsLongAsItsDeviceIsReset() {
        RunOutcome run = reset("vfio-6.19");

        assertThat(object(run, "n0").states())
                .extracting(State::start, State::name)
                .startsWith(
                        tuple(0L, "open, decoding"), tuple(30 * US, "resetting"), tuple(130 * US, "open, decoding"));
        assertThat(object(run, "buf").states())
                .extracting(State::start, State::name, State::use)
                .startsWith(
                        tuple(0L, "exported", Use.USABLE),
                        tuple(30 * US, "revoked", Use.DENIED),
                        tuple(130 * US, "exported", Use.USABLE));
    }

    /** The RFC of 2022 sets the flag when memory is enabled, and takes it for its opposite when it is asked to map. */
    @Test
    void aFlagThatSaysTheOppositeIsShownAsSuchAndTheMappingLastsThroughTheReset() {
        RunOutcome run = reset("vfio-rfc");

        assertThat(object(run, "buf").states())
                .extracting(State::start, State::name)
                .startsWith(
                        tuple(0L, "marked revoked, maps allowed"), tuple(130 * US, "not marked revoked, maps refused"));
        assertThat(object(run, "buf/x0").states())
                .filteredOn(state -> state.name().equals("mapped"))
                .singleElement()
                .satisfies(mapped -> assertThat(mapped.end()).isGreaterThanOrEqualTo(130 * US));
    }

    @Test
    void everyObjectNamesWhatItBelongsToAndItsStatesDoNotOverlap() {
        RunOutcome run = reset("vfio-rfc");

        assertThat(object(run, "buf").parent()).contains("n0");
        assertThat(object(run, "buf/x0").parent()).contains("buf");
        assertThat(object(run, "mr0").parent()).contains("buf/x0");
        assertThat(object(run, "during").parent()).contains("mr0");
        for (ObjectOutcome object : run.objects()) {
            long end = 0;
            for (State state : object.states()) {
                assertThat(state.start()).as(object.name()).isGreaterThanOrEqualTo(end);
                assertThat(state.end()).as(object.name()).isGreaterThan(state.start());
                end = state.end();
            }
            assertThat(end).as(object.name()).isLessThanOrEqualTo(run.end());
        }
    }

    /** Whoever asks in the middle of it is told that it is not through; before it began, that nobody has asked for it. */
    @Test
    void trafficThatIsStillOnItsWayIsUnfinishedAndBeforeItBeginsNotAskedFor() {
        RunOutcome run = Lifetime.on("release: \"6.19\"")
                .does("at: 10us, id: load, do: traffic, from: x0, to: g0, direction: write, size: 64MiB")
                .expects(
                        "dma: load, is: unfinished, at: 5us",
                        "dma: load, is: unfinished, at: 100us",
                        "dma: load, is: completed")
                .outcome();
        assertThat(run.expectations()).extracting(ExpectationOutcome::met).containsExactly(false, true, true);
        assertThat(run.expectations().get(0).found()).isEqualTo("never asked for");
    }
}
