package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.run.ScenarioText.transfer;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.run.Simulation;
import org.p2psim.run.flow.Fidelity;
import org.p2psim.unit.Ticks;

/** Traffic to and from a drive that goes to reset, is disabled, sleeps or is unplugged 100 us after it has begun. */
class StateOfTheTargetTest {
    /** No Gen4 x16 link carries more in 100 us. */
    private static final long MOST_IN_100_US = 3_150_000;

    private static final int REQUEST = 512;
    private static final int PAYLOAD = 256;

    private static String text(String... timeline) {
        return """
                p2psim: 1
                title: test
                kernel: { release: "6.19" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: AuthenticAMD, family: 25, model: 24 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      root-ports:
                        - id: rp0
                          link: gen4 x16
                          switch:
                            id: sw0
                            downstream:
                              - { id: dp0, link: gen4 x16, device: n0 }
                              - { id: dp1, link: gen4 x16, device: gpu0 }
                              - { id: dp2, link: gen4 x16, device: n1 }
                              - { id: dp3, link: gen4 x16, device: nic0 }
                devices:
                  n0:
                    type: nvme
                    driver: vfio-6.19
                    reset-time: 200us
                    bars: { 4: { size: 64MiB, prefetchable: true } }
                  n1: { type: nvme, bars: { 0: { size: 16KiB } } }
                  nic0: { type: rdma-nic, id: "15b3:101b", bars: { 0: { size: 32MiB, prefetchable: true } } }
                  gpu0: { type: gpu, importer: dynamic, bars: { 1: { size: 64MiB, prefetchable: true } } }
                variants: { bare-metal: {} }
                timeline:
                """ + ScenarioText.operations(timeline);
    }

    private static RunOutcome run(String... timeline) {
        return ScenarioText.run(text(timeline));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "do: reset, device: n0",
                "do: write-memory-enable, device: n0, enable: false",
                "do: low-power, device: n0, enter: true",
                "do: unplug, device: n0",
                "do: close-device, device: n0"
            })
    void readsOfAFunctionThatDoesNotDecodeBringNothing(String end) {
        RunOutcome run = run(
                "at: 0us, do: traffic, id: load, from: gpu0, to: n0, direction: read, size: 4MiB",
                "at: 100us, " + end,
                "at: 250us, do: traffic, id: late, from: gpu0, to: n0, direction: read, size: 64KiB");
        TransferOutcome load = transfer(run, "load");
        assertThat(load.bytes()).isBetween(MOST_IN_100_US * 8 / 10, MOST_IN_100_US);
        assertThat(load.bytes() + refused(load) * REQUEST).isEqualTo(4 << 20);
        assertThat(load.latency().count()).isLessThanOrEqualTo(load.bytes() / 4096);
        TransferOutcome late = transfer(run, "late");
        assertThat(late.bytes()).isZero();
        assertThat(refused(late)).isEqualTo((64 << 10) / REQUEST);
        assertThat(late.latency().count()).isZero();
    }

    private static long refused(TransferOutcome read) {
        return read.failures().getOrDefault(Failure.UNSUPPORTED_REQUEST, 0L);
    }

    @Test
    void writesOfAFunctionInResetAreDroppedUntilItAnswersAgain() {
        RunOutcome run = run(
                "at: 0us, do: traffic, id: load, from: gpu0, to: n0, direction: write, size: 16MiB",
                "at: 100us, do: reset, device: n0");
        TransferOutcome load = transfer(run, "load");
        long dropped = load.failures().getOrDefault(Failure.DROPPED, 0L) * PAYLOAD;
        assertThat(load.bytes() + dropped).isEqualTo(16 << 20);
        // 200 us of reset at no more than the link carries, and at no less than 95 % of it.
        assertThat(dropped).isBetween(2 * MOST_IN_100_US * 87 / 100, 2 * MOST_IN_100_US);
    }

    @Test
    void commandsOfADriveToAFunctionThatDoesNotDecodeMoveNothing() {
        RunOutcome run = run(
                "at: 0us, do: write-memory-enable, device: n0, enable: false",
                "at: 1us, do: nvme-read, id: io, nvme: n1, to: n0, size: 64KiB");
        TransferOutcome io = transfer(run, "io");
        assertThat(io.bytes()).isZero();
        assertThat(io.failures()).containsEntry(Failure.DROPPED, (64L << 10) / PAYLOAD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "do: reset, device: n0",
                "do: low-power, device: n0, enter: true",
                "do: unplug, device: n0",
                "do: close-device, device: n0"
            })
    void aFunctionThatCannotIssueRequestsSendsNothingMore(String end) {
        RunOutcome run = run(
                "at: 0us, do: traffic, id: load, from: n0, to: memory, direction: write, size: 4MiB",
                "at: 100us, " + end,
                "at: 150us, do: traffic, id: late, from: n0, to: memory, direction: write, size: 64KiB");
        TransferOutcome load = transfer(run, "load");
        assertThat(load.bytes()).isBetween(MOST_IN_100_US * 8 / 10, MOST_IN_100_US);
        assertThat(load.failures()).isEmpty();
        assertThat(transfer(run, "late").bytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "do: reset, device: n0",
                "do: low-power, device: n0, enter: true",
                "do: unplug, device: n0",
                "do: close-device, device: n0"
            })
    void aDriveThatCannotIssueRequestsMovesNothingMore(String end) {
        for (String command : List.of("nvme-read, nvme: n0, to", "nvme-write, nvme: n0, from")) {
            RunOutcome run = run(
                    "at: 0us, do: %s: memory, id: load, size: 4MiB".formatted(command),
                    "at: 100us, " + end,
                    "at: 150us, do: %s: memory, id: late, size: 64KiB".formatted(command));
            TransferOutcome load = transfer(run, "load");
            assertThat(load.bytes()).isBetween(MOST_IN_100_US / 2, MOST_IN_100_US * 105 / 100);
            assertThat(load.failures()).isEmpty();
            assertThat(transfer(run, "late").bytes()).isZero();
        }
    }

    @Test
    void aRingThatMeetsMemoryThatIsDisabledLosesWhatGoesThere() {
        RunOutcome run = run(
                "at: 0us, do: write-memory-enable, device: n0, enable: false",
                "at: 1us, do: all-reduce, id: ring, members: [n0, gpu0], size: 1MiB");
        TransferOutcome ring = transfer(run, "ring");
        // Of two members one receives nothing, in two steps of half the size.
        assertThat(ring.failures()).containsEntry(Failure.DROPPED, (1L << 20) / PAYLOAD);
        assertThat(ring.bytes()).isEqualTo(1 << 19);
    }

    @Test
    void memoryThatIsDisabledDoesNotKeepAFunctionFromIssuingRequests() {
        RunOutcome run = run(
                "at: 0us, do: write-memory-enable, device: n0, enable: false",
                "at: 1us, do: traffic, id: load, from: n0, to: memory, direction: write, size: 64KiB");
        assertThat(transfer(run, "load").bytes()).isEqualTo(64 << 10);
    }

    private static final String[] MAPPED = {
        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
        "at: 0us, do: attach, attachment: at0, dma-buf: buf, importer: gpu0",
        "at: 0us, do: map, attachment: at0",
        "at: 0us, do: register-mr, mr: mr0, nic: nic0, dma-buf: buf, access: [local-write, remote-read, remote-write]"
    };

    private static String mapped(String... timeline) {
        return text(MAPPED) + ScenarioText.operations(timeline);
    }

    /** As of memory that never answers: the requester learns of it by the first completion. */
    @ParameterizedTest
    @ValueSource(strings = {"do: dma-read, id: dma, attachment: at0", "do: rdma-read, id: dma, mr: mr0"})
    void aReadOfMemoryThatIsUnpluggedEndsAtTheFirstUnsupportedRequest(String read) {
        RunOutcome run = ScenarioText.run(
                mapped("at: 10us, %s, size: 16MiB".formatted(read), "at: 110us, do: unplug, device: n0"));
        TransferOutcome dma = transfer(run, "dma");
        assertThat(dma.bytes()).isBetween(MOST_IN_100_US / 2, MOST_IN_100_US);
        assertThat(refused(dma)).isBetween(1L, 256L);
        assertThat(dma.failures()).containsOnlyKeys(Failure.UNSUPPORTED_REQUEST);
        // What 256 tags have asked for takes the link 4.2 us.
        assertThat(dma.end()).isBetween(110 * Ticks.PER_MICROSECOND, 116 * Ticks.PER_MICROSECOND);
    }

    /** They are posted: nobody tells the requester. */
    @ParameterizedTest
    @ValueSource(strings = {"do: dma-write, id: dma, attachment: at0", "do: rdma-write, id: dma, mr: mr0"})
    void aWriteToMemoryThatIsUnpluggedGoesOn(String write) {
        RunOutcome run = ScenarioText.run(
                mapped("at: 10us, %s, size: 16MiB".formatted(write), "at: 110us, do: unplug, device: n0"));
        TransferOutcome dma = transfer(run, "dma");
        long dropped = dma.failures().getOrDefault(Failure.DROPPED, 0L) * PAYLOAD;
        assertThat(dropped).isPositive();
        assertThat(dma.bytes() + dropped).isEqualTo(16 << 20);
    }

    @Test
    void whatIsAnEventMakesNoDifferenceToReadsThatAreRefused() {
        String text = mapped(
                "at: 10us, do: dma-read, id: r, attachment: at0, size: 4MiB",
                "at: 10us, do: rdma-read, id: rr, mr: mr0, size: 4MiB",
                "at: 10us, do: traffic, id: other, from: n1, to: memory, direction: write, size: 4MiB",
                "at: 77us, do: unplug, device: n0");
        List<RunOutcome> all = List.of(Fidelity.values()).stream()
                .map(fidelity -> new Simulation("test", fidelity).run(ScenarioText.plan(text)))
                .toList();
        assertThat(all).allMatch(all.get(0)::equals);
    }

    @Test
    void whatIsAnEventMakesNoDifference() {
        String text = text(
                "at: 0us, do: traffic, id: r, from: gpu0, to: n0, direction: read, size: 16MiB",
                "at: 0us, do: traffic, id: w, from: n1, to: n0, direction: write, size: 16MiB",
                "at: 0us, do: traffic, id: out, from: n0, to: memory, direction: write, size: 16MiB",
                "at: 333us, do: reset, device: n0");
        List<RunOutcome> all = List.of(Fidelity.values()).stream()
                .map(fidelity -> new Simulation("test", fidelity).run(ScenarioText.plan(text)))
                .toList();
        assertThat(all).allMatch(all.get(0)::equals);
    }
}
