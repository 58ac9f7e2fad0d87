package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;
import static org.p2psim.run.ScenarioText.transfer;

import org.junit.jupiter.api.Test;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.run.engine.EndOfTimeException;
import org.p2psim.scenario.yaml.Problem;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.unit.Ticks;

/** Traffic and collectives of a timeline, among four GPUs behind one Gen4 switch and one on a port of its own. */
class WorkloadTest {
    private static ScenarioFile read(long seed, String... lines) {
        return ScenarioText.read(text(seed, lines));
    }

    private static String text(long seed, String... lines) {
        return """
                p2psim: 1
                title: test
                seed: %d
                kernel: { release: "5.15" }
                fabric:
                  sockets:
                    - { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 140 } }
                    - { id: s1, cpu: { vendor: GenuineIntel, family: 6, model: 140 } }
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      host-bridge: { at: "00.0", id: "8086:9a14" }
                      root-ports:
                        - id: rp0
                          link: gen4 x16
                          switch:
                            id: sw0
                            downstream:
                              - { id: dp0, device: gpu0 }
                              - { id: dp1, device: gpu1 }
                              - { id: dp2, device: gpu2 }
                              - { id: dp3, device: gpu3 }
                              - { id: dp4, link: gen1 x1, device: gpu5 }
                        - { id: rp1, link: gen4 x16, device: gpu4 }
                      integrated-endpoints: [ { device: igpu0 } ]
                devices:
                  igpu0: { type: gpu }
                  gpu0: &gpu { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } } }
                  gpu1: { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } } }
                  gpu2: { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } } }
                  gpu3: { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } } }
                  gpu5: { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } } }
                  gpu4: { type: gpu }
                variants: { bare-metal: {} }
                """.formatted(seed).replace("&gpu ", "") + String.join("\n", lines) + "\n";
    }

    private static RunOutcome run(String... timeline) {
        return run(1, timeline);
    }

    private static RunOutcome run(long seed, String... timeline) {
        return ScenarioText.run(text(seed, "timeline:", ScenarioText.operations(timeline)));
    }

    private static double gigabytes(TransferOutcome transfer) {
        return transfer.bandwidth().gigabytesPerSecond().doubleValue();
    }

    /** What Gen4 x16 carries of writes with 256 bytes of data and 24 of header and framing, GB/s. */
    private static final double MOST_OF_WRITES = 16.0 * 16 * 128 / 130 / 8 * 256 / 280;

    @Test
    void aWriteOfABarUsesTheLinkUp() {
        TransferOutcome load = transfer(
                run("at: 0ns, do: traffic, id: load, from: gpu0, to: gpu1, direction: write, size: 16MiB"), "load");
        assertThat(load.operation()).isEqualTo("traffic-write");
        assertThat(load.bytes()).isEqualTo(16 << 20);
        assertThat(gigabytes(load)).isBetween(0.97 * MOST_OF_WRITES, MOST_OF_WRITES);
        assertThat(load.latency().count()).isEqualTo((16 << 20) / 4096);
    }

    @Test
    void twoInitiatorsShareTheLinkOfTheirTarget() {
        RunOutcome run = run(
                "at: 0ns, do: traffic, id: a, from: gpu0, to: gpu2, direction: write, size: 8MiB",
                "at: 0ns, do: traffic, id: b, from: gpu1, to: gpu2, direction: write, size: 8MiB");
        assertThat(gigabytes(transfer(run, "a"))).isCloseTo(MOST_OF_WRITES / 2, within(0.5));
        assertThat(gigabytes(transfer(run, "b"))).isCloseTo(MOST_OF_WRITES / 2, within(0.5));
    }

    @Test
    void aRateIsKeptAndADepthObeysLittlesLaw() {
        RunOutcome run = run(
                "at: 0ns, do: traffic, id: paced, from: gpu0, to: gpu1, direction: write, size: 8MiB, rate: 2GB/s",
                "at: 0ns, do: traffic, id: loop, from: gpu2, to: gpu3, direction: read, size: 4MiB, request: 64B,"
                        + " pattern: random, window: 1MiB, depth: 8");
        assertThat(gigabytes(transfer(run, "paced"))).isCloseTo(2, within(0.01));
        TransferOutcome loop = transfer(run, "loop");
        double seconds = loop.latency().at(50) / (double) Ticks.PER_SECOND;
        assertThat(gigabytes(loop) * 1e9 / 64 * seconds).isCloseTo(8, within(0.4));
    }

    @Test
    void whatHasNoLinkToMemoryIsSaidToBeBoundByLatencyOnly() {
        RunOutcome run = run("at: 0ns, do: traffic, id: load, from: igpu0, to: memory, direction: read, size: 64KiB");
        assertThat(run.notes()).anyMatch(note -> note.text().startsWith("no PCIe link is on the way"));
    }

    @Test
    void theSeedOfTheScenarioDecides() {
        String line = "at: 0ns, do: traffic, id: load, from: gpu0, to: gpu1, direction: read, size: 1MiB,"
                + " request: { min: 64B, max: 9000B }, pattern: random, poisson: 3GB/s";
        assertThat(run(1, line)).isEqualTo(run(1, line));
        assertThat(transfer(run(2, line), "load")).isNotEqualTo(transfer(run(1, line), "load"));
    }

    @Test
    void trafficThatTheKernelWouldNotAllowRunsWithACaution() {
        RunOutcome run = run("at: 0ns, do: traffic, id: up, from: gpu4, to: gpu0, direction: write, size: 1MiB");
        assertThat(transfer(run, "up").bytes()).isEqualTo(1 << 20);
        assertThat(run.notes()).anyMatch(note -> note.text().contains("NOT_SUPPORTED"));
    }

    @Test
    void whatCannotBeIsSaidAtItsPlace() {
        ScenarioFile read = read(
                1,
                "timeline:",
                "  - { at: 0ns, do: traffic, from: gpu0, to: gpu0, direction: write, size: 1MiB }",
                "  - { at: 0ns, do: traffic, from: gpu0, to: gpu9, direction: write, size: 1MiB, request: { min: 8B, max: 4B } }",
                "  - { at: 0ns, do: traffic, from: gpu0, to: gpu1, direction: write, size: 1MiB, rate: 1GB/s, poisson: 1GB/s }",
                "  - { at: 0ns, do: all-reduce, members: [gpu0, gpu0], size: 1B }",
                "  - { at: 0ns, do: traffic, from: gpu0, to: memory, socket: s9, direction: write, size: 1MiB }",
                "  - { at: 0ns, do: traffic, from: gpu0, to: gpu1, socket: s1, direction: write, size: 1MiB }");
        assertThat(read.problems().toString())
                .contains("does not go out on PCIe to itself")
                .contains("no device \"gpu9\"")
                .contains("min is not above max")
                .contains("either rate")
                .contains("in the ring twice")
                .contains("a chunk of 1 byte at least")
                .contains("no socket \"s9\"")
                .contains("a socket is said only of memory");
    }

    @Test
    void aRingOverEqualLinksTakesTheTimeOfItsSteps() {
        long size = 16 << 20;
        RunOutcome run = run("at: 0ns, do: all-reduce, id: ring, members: [gpu0, gpu1, gpu2, gpu3], size: 16MiB");
        TransferOutcome ring = transfer(run, "ring");
        double nanoseconds = (ring.end() - ring.start()) / (double) Ticks.PER_NANOSECOND;
        double data = 6 * (size / 4) / MOST_OF_WRITES;
        // the head of each step passes a switch of 105 ns
        assertThat(nanoseconds).isBetween(data + 6 * 105, 1.03 * data + 6 * 150);
        assertThat(ring.bytes()).isEqualTo(6 * (size / 4));
        assertThat(gigabytes(ring)).isCloseTo(1.5 * size / nanoseconds, within(0.01));
        assertThat(ring.latency().count()).isEqualTo(24);
        assertThat(run.events()).anyMatch(event -> event.detail().contains("bus bandwidth"));
    }

    @Test
    void whatIsTooSlowForTheEndOfTimeIsSaidAtItsRate() {
        String write = "  - { at: 0ns, do: traffic, from: gpu0, to: gpu1, direction: write, ";
        ScenarioFile read = read(
                1,
                "timeline:",
                write + "size: 8GiB, request: 1GiB, rate: 1B/s }",
                write + "size: 8GiB, request: 1GiB, poisson: 1B/s }");
        assertThat(read.problems().stream().map(Problem::render).toList().toString())
                .contains("timeline[0].rate: 8 GiB take 2386093 hours")
                .contains("timeline[1].poisson");
    }

    @Test
    void whoGoesOnAfterTheEndOfTimeIsNamed() {
        String line = "  - { at: 0ns, do: traffic, id: load, from: gpu0, to: gpu1, direction: write, size: 1MiB }";
        assertThatExceptionOfType(EndOfTimeException.class)
                .isThrownBy(() -> ScenarioText.run(text(1, "timeline:", line), "gpu0.dma-bandwidth=1B/s"))
                .withMessageContaining("40 hours, and load would go on");
    }

    @Test
    void whoLooksAtDmaLaterDoesNotMakeTheRunLonger() {
        String text = text(
                1,
                "timeline:",
                "  - { at: 0ns, do: traffic, id: load, from: gpu0, to: gpu1, direction: write, size: 1MiB }",
                "expect:",
                "  bare-metal:",
                "    - { dma: load, is: completed, at: 5s }");
        RunOutcome run = ScenarioText.run(text);
        assertThat(run.expectations()).hasSize(1).allMatch(ExpectationOutcome::met);
        assertThat(run.end()).isEqualTo(transfer(run, "load").end());
    }

    @Test
    void whatHasNoRoomAtItsTargetIsRefusedAtTheKey() {
        String line = "  - { at: 0ns, do: traffic, from: gpu0, direction: write, size: 1MiB, ";
        ScenarioFile read = read(
                1,
                "timeline:",
                line + "to: gpu4 }",
                line + "to: gpu1, window: 2TiB }",
                line + "to: gpu1, window: 1KiB }",
                line + "to: memory, window: 4095B }",
                line + "to: gpu1, window: 4KiB, request: { min: 1B, max: 8KiB } }",
                "  - { at: 0ns, do: all-reduce, members: [gpu0, gpu1], size: 2TiB }",
                "  - { at: 0ns, do: all-reduce, members: [gpu0, gpu4], size: 1MiB }");
        assertThat(read.problems().stream().map(Problem::render).toList().toString())
                .contains("timeline[0].to: \"gpu4\" has no BAR")
                .contains("timeline[1].window: the largest BAR of \"gpu1\" has")
                .contains("timeline[2].window: a window holds one request at least: 4 KiB")
                .contains("timeline[3].window: a window holds one request at least: 4 KiB")
                .contains("timeline[4].window: a window holds one request at least: 8 KiB")
                .contains("timeline[5].members[0]: the largest BAR of \"gpu0\" has")
                .contains("timeline[6].members[1]: \"gpu4\" has no BAR");
    }

    @Test
    void sizesThatNobodyCouldWaitForAreRefused() {
        String write = "  - { at: 0ns, do: traffic, from: gpu0, to: gpu1, direction: write, ";
        ScenarioFile read = read(1, "timeline:", write + "size: 2TiB }", write + "size: 1TiB, request: 512B }");
        assertThat(read.problems().toString()).contains("1 byte to 1 TiB").contains("2^30 operations at most");
        ScenarioFile fast = read(1, "timeline:", write + "size: 1MiB, rate: 18446745TB/s }");
        assertThat(fast.problems().toString()).contains("more than 9 EB/s");
    }

    @Test
    void operationsThatFailHaveNoLatency() {
        String line = "at: 0ns, do: traffic, id: load, from: gpu4, to: gpu0, direction: write, size: 1MiB";
        String text = text(1, "timeline:", ScenarioText.operations(line));
        TransferOutcome load = transfer(ScenarioText.run(text, "rc0.p2p.writes=refused"), "load");
        assertThat(load.latency().count()).isZero();
        assertThat(load.failures()).containsEntry(Failure.DROPPED, 4096L);
    }

    @Test
    void expectationsAreAboutBandwidthAndPercentiles() {
        String text = text(
                1,
                "timeline:",
                "  - { at: 0ns, do: traffic, id: load, from: gpu0, to: gpu1, direction: write, size: 1MiB, depth: 1 }",
                "expect:",
                "  bare-metal:",
                "    - { dma: load, min-bandwidth: 5GB/s, max-bandwidth: 29GB/s, latency: { p50: 1us, p99.9: 1us } }",
                "    - { dma: load, latency: { p50: 10ns } }");
        assertThat(ScenarioText.run(text).expectations())
                .extracting(ExpectationOutcome::met)
                .containsExactly(true, false);
    }

    private static double nanoseconds(RunOutcome run, String name) {
        return transfer(run, name).latency().at(50) / (double) Ticks.PER_NANOSECOND;
    }

    @Test
    void hostMemoryOfAnotherSocketIsFurtherAway() {
        String read = "at: 0ns, do: traffic, id: load, from: gpu4, to: memory, direction: read, size: 64KiB,"
                + " request: 64B, depth: 1";
        RunOutcome near = run(read);
        RunOutcome far = run(read + ", socket: s1");
        assertThat(transfer(near, "load").bytes()).isEqualTo(64 << 10);
        assertThat(transfer(near, "load").target()).isEqualTo("memory of s0");
        // 500 ns of the memory and what a link takes; then 50 ns each way between the sockets, and a byte's time
        assertThat(nanoseconds(near, "load")).isBetween(500.0, 530.0);
        assertThat(nanoseconds(far, "load") - nanoseconds(near, "load")).isBetween(100.0, 115.0);
    }

    @Test
    void hostMemoryIsReachedThroughTheLinkThatPeersShare() {
        RunOutcome run = run(
                "at: 0ns, do: traffic, id: a, from: gpu0, to: memory, direction: write, size: 8MiB",
                "at: 0ns, do: traffic, id: b, from: gpu1, to: memory, direction: write, size: 8MiB");
        assertThat(gigabytes(transfer(run, "a"))).isCloseTo(MOST_OF_WRITES / 2, within(0.5));
        assertThat(gigabytes(transfer(run, "b"))).isCloseTo(MOST_OF_WRITES / 2, within(0.5));
    }

    /** Without it a read pushes the writes of its completer ahead (PCIe base specification 5.0, table 2-40). */
    @Test
    void completionsWithRelaxedOrderingDoNotWaitForWritesOfTheirCompleter() {
        String slow = "at: 0ns, do: traffic, from: gpu1, to: gpu5, direction: write, size: 1MiB";
        String read = "at: 5us, do: traffic, id: read, from: gpu0, to: gpu1, direction: read, size: 4KiB, depth: 1,"
                + " request: 64B";
        double quiet = nanoseconds(run(read), "read");
        assertThat(nanoseconds(run(slow, read), "read")).isGreaterThan(5 * quiet);
        assertThat(nanoseconds(run(slow, read + ", relaxed-ordering: true"), "read"))
                .isLessThan(2 * quiet);
    }

    /** Tags are the scarce thing: half of them for each, whatever else the function sends. */
    @Test
    void twoReadersOfOneFunctionShareItsTagsWhileItWrites() {
        RunOutcome run = run(
                "at: 0ns, do: traffic, id: long, from: gpu0, to: gpu1, direction: read, size: 4MiB",
                "at: 0ns, do: traffic, id: short, from: gpu0, to: gpu2, direction: read, size: 1MiB",
                "at: 0ns, do: traffic, id: write, from: gpu0, to: gpu3, direction: write, size: 8MiB");
        TransferOutcome shorter = transfer(run, "short");
        TransferOutcome longer = transfer(run, "long");
        double whileBoth = (double) shorter.bytes() / (shorter.end() - shorter.start());
        double afterwards = (double) (longer.bytes() - shorter.bytes()) / (longer.end() - shorter.end());
        assertThat(whileBoth / afterwards).isCloseTo(0.5, within(0.03));
    }
}
