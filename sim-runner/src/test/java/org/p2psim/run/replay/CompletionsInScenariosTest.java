package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.outcome.Answer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.run.Simulation;
import org.p2psim.run.flow.Fidelity;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** What a scenario says about completions, and what its report says of them. */
class CompletionsInScenariosTest {
    private static String file(String nic, String gpu, String direction) {
        return """
                p2psim: 1
                title: test
                kernel: { release: "6.8" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: AuthenticAMD, family: 25 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      root-ports:
                        - { id: rp0, link: gen4 x16, device: gpu0 }
                        - { id: rp1, link: gen4 x16, device: nic0 }
                devices:
                  gpu0: { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } }%s }
                  nic0: { type: rdma-nic, id: "15b3:101b", tags: 32%s }
                variants: { bare-metal: {} }
                timeline:
                  - { at: 0ns, do: traffic, id: load, from: nic0, to: gpu0, direction: %s, size: 1MiB, request: 512B }
                """.formatted(gpu, nic, direction);
    }

    private static RunOutcome run(String nic, String gpu, String direction) {
        Plan plan = ScenarioText.plan(file(nic, gpu, direction));
        List<RunOutcome> all = List.of(Fidelity.values()).stream()
                .map(fidelity -> new Simulation("test", fidelity).run(plan))
                .toList();
        assertThat(all).allMatch(all.get(0)::equals);
        return all.get(0);
    }

    private static TransferOutcome transfer(RunOutcome run) {
        return run.transfers().get(0);
    }

    @ParameterizedTest
    @CsvSource({"75us, 75", "A1, 100", "A2, 10000", "default, 50000", "D2, 64000000"})
    void aReadOfADeviceThatHangsTakesTheTimeoutOfItsInitiator(String timeout, long microseconds) {
        RunOutcome run = run(", completion-timeout: " + timeout, ", memory-requests: none", "read");
        TransferOutcome load = transfer(run);
        assertThat(load.bytes()).isZero();
        assertThat(load.failures()).containsOnlyKeys(Failure.COMPLETION_TIMEOUT).containsValue(32L);
        assertThat(load.end() - load.start())
                .isBetween(microseconds * Ticks.PER_MICROSECOND, (microseconds + 1) * Ticks.PER_MICROSECOND);
        assertThat(load.nothingMoved()).contains("nothing arrived: 32 x completion timeout");
        assertThat(run.events())
                .extracting(Event::detail)
                .anyMatch(text -> text.contains("nic0 gives up after") && text.contains("gpu0 does not answer reads"));
    }

    @Test
    void anInitiatorWithoutATimeoutIsSaidToWaitForEver() {
        RunOutcome run = run(", completion-timeout: disabled", ", memory-requests: none", "read");
        assertThat(transfer(run).failures()).containsOnlyKeys(Failure.NO_COMPLETION);
        assertThat(run.events()).extracting(Event::detail).anyMatch(text -> text.contains("nic0 waits for ever"));
    }

    @ParameterizedTest
    @CsvSource({"unsupported-request, UNSUPPORTED_REQUEST", "completer-abort, COMPLETER_ABORT"})
    void unsupportedRequestAndCompleterAbortAreToldApart(String said, Failure failure) {
        assertThat(transfer(run("", ", memory-requests: " + said, "read")).failures())
                .containsOnlyKeys(failure);
        TransferOutcome write = transfer(run("", ", memory-requests: " + said, "write"));
        assertThat(write.bytes()).isZero();
        assertThat(write.failures()).containsOnlyKeys(Failure.DROPPED).containsValue(4096L);
    }

    /** The kernel would allow it: that nothing comes is the effect. */
    @ParameterizedTest
    @CsvSource({
        "none, read, 32 x completion timeout",
        "unsupported-request, read, 32 x Unsupported Request",
        "unsupported-request, write, 4096 x dropped write"
    })
    void theAnswerNamesWhatBecameOfDataThatDidNotArrive(String said, String direction, String failures) {
        Answer answer = run("", ", memory-requests: " + said, direction).answer();
        assertThat(answer.works()).isFalse();
        assertThat(answer.sentence()).contains("does not arrive: of load nothing arrived: " + failures);
        assertThat(answer.layers())
                .filteredOn(layer -> layer.layer() == Answer.Layer.EFFECT)
                .containsExactly(new Answer.LayerAnswer(
                        Answer.Layer.EFFECT, "nothing arrived", "of load nothing arrived: " + failures + "."));
    }

    @Test
    void poisonedDataArrivesAndIsCounted() {
        RunOutcome run = run(", poison-rate: 0.1", "", "write");
        assertThat(transfer(run).bytes()).isEqualTo(1 << 20);
        long poisoned = transfer(run).failures().getOrDefault(Failure.POISONED, 0L);
        // 64-bit: a tenth of 4096 TLPs, within four standard deviations
        assertThat(poisoned).isBetween(333L, 487L);
        assertThat(run.links())
                .filteredOn(link -> link.payload() > 0)
                .hasSize(2)
                .allMatch(link -> link.poisoned() == poisoned);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "completion-timeout: 0ns | a Completion Timeout is longer than nothing",
                "completion-timeout: E1 | \"E1\" has the wrong form; write it as in 50ms",
                "memory-requests: maybe | \"maybe\" is not one of served, unsupported-request, completer-abort, none",
                "poison-rate: 2 | 2 is not below 1; a probability is 0, or from 1e-9 up"
            })
    void whatCannotBeIsSaid(String said, String problem) {
        assertThat(ScenarioText.read(file(", " + said, "", "read")).problems())
                .singleElement()
                .satisfies(found -> assertThat(found.message()).contains(problem));
    }

    /** 15.754 GB/s of Gen4 x8 times 128/148; with the reader's 512 B it would be 512/532. */
    @Test
    void completionsHoldNoMoreThanTheirSenderMaySend() {
        String text = file(", mps: 512B", ", mps: 128B", "read")
                .replace("tags: 32", "tags: 256")
                .replace("gen4 x16, device: gpu0", "gen4 x8, device: gpu0");
        RunOutcome run = ScenarioText.run(text);
        assertThat(transfer(run).bandwidth().gigabytesPerSecond().doubleValue()).isBetween(13.1, 13.63);
        assertThat(run.notes()).noneMatch(note -> note.text().contains("Malformed"));
    }

    @Test
    void dataThatItsReceiverTakesForMalformedIsWarnedOf() {
        RunOutcome run = ScenarioText.run(file(", mps: 512B", ", mps: 128B", "write"));
        assertThat(run.notes())
                .anyMatch(note -> note.text().contains("512 B at nic0 and 128 B at gpu0")
                        && note.text().contains("Malformed TLP"));
    }
}
