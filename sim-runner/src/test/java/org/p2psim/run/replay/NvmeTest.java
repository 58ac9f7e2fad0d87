package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.unit.Ticks;

/** Two NVMe drives, a GPU and an accelerator behind one Gen4 switch. */
class NvmeTest {
    /** What Gen4 x16 carries of writes with 256 bytes of data and 24 of header and framing, GB/s. */
    private static final double MOST_OF_WRITES = 16.0 * 16 * 128 / 130 / 8 * 256 / 280;

    private static String file(String media, String... timeline) {
        return """
                p2psim: 1
                title: test
                kernel: { release: "5.15" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      host-bridge: { at: "00.0", id: "8086:2020" }
                      root-ports:
                        - id: rp0
                          link: gen4 x16
                          switch:
                            id: sw0
                            downstream:
                              - { id: dp0, device: nvme0 }
                              - { id: dp1, device: nvme1 }
                              - { id: dp2, device: gpu0 }
                              - { id: dp3, device: acc0 }
                devices:
                  nvme0: { type: nvme, importer: pinned, bars: { 0: { size: 256MiB, prefetchable: true } }%1$s }
                  nvme1: { type: nvme%1$s }
                  gpu0: { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } } }
                  acc0:
                    type: habanalabs
                    dram: { base: 0x20000000, size: 32GiB }
                    bars: { 4: { size: 32GiB, prefetchable: true } }
                variants: { bare-metal: {} }
                timeline:
                """.formatted(media.isEmpty() ? "" : ", media: " + media) + ScenarioText.operations(timeline);
    }

    private static RunOutcome run(String media, String... timeline) {
        RunOutcome run = ScenarioText.run(file(media, timeline));
        assertThat(run.invariants()).isNotEmpty().allMatch(InvariantOutcome::held);
        return run;
    }

    private static TransferOutcome transfer(RunOutcome run, String name) {
        TransferOutcome found = ScenarioText.transfer(run, name);
        assertThat(found.bytes()).isEqualTo(found.requested());
        return found;
    }

    private static double gigabytes(TransferOutcome transfer) {
        return transfer.bandwidth().gigabytesPerSecond().doubleValue();
    }

    private static final String DRIVE = "{ read-rate: 7GB/s, write-rate: 4GB/s, latency: 80us, write-latency: 10us }";

    @Test
    void commandsObeyLittlesLaw() {
        String line = "at: 0ns, do: nvme-read, id: io, nvme: nvme0, to: memory, size: 4MiB, depth: ";
        for (int depth : new int[] {1, 8}) {
            TransferOutcome io = transfer(run(DRIVE, line + depth), "io");
            double seconds = io.latency().at(50) / (double) Ticks.PER_SECOND;
            assertThat(seconds).isBetween(80e-6, 86e-6);
            assertThat(gigabytes(io) * 1e9 / 4096 * seconds).isCloseTo(depth, within(0.05 * depth));
            assertThat(io.latency().count()).isEqualTo(1024);
        }
    }

    @Test
    void theMediaBoundsTheRate() {
        String rest = "id: io, nvme: nvme0, size: 32MiB, request: 128KiB, depth: 64";
        double reads = gigabytes(transfer(run(DRIVE, "at: 0ns, do: nvme-read, to: gpu0, " + rest), "io"));
        double writes = gigabytes(transfer(run(DRIVE, "at: 0ns, do: nvme-write, from: gpu0, " + rest), "io"));
        assertThat(reads).isBetween(6.7, 7.0);
        assertThat(writes).isBetween(3.9, 4.0);
    }

    @Test
    void twoLinesShareTheMediaOfTheirDrive() {
        RunOutcome run = run(
                DRIVE,
                "at: 0ns, do: nvme-read, id: a, nvme: nvme0, to: memory, size: 16MiB, request: 64KiB",
                "at: 0ns, do: nvme-read, id: b, nvme: nvme0, to: gpu0, size: 16MiB, request: 64KiB");
        assertThat(gigabytes(transfer(run, "a"))).isCloseTo(3.5, within(0.15));
        assertThat(gigabytes(transfer(run, "b"))).isCloseTo(3.5, within(0.15));
    }

    @Test
    void twoFastDrivesShareTheUplinkToMemoryButNotTheWayToAPeerAndMemory() {
        String fast = "{ read-rate: 20GB/s, write-rate: 20GB/s, latency: 10us }";
        String first = "at: 0ns, do: nvme-read, id: a, nvme: nvme0, to: memory, size: 32MiB, request: 128KiB";
        String second = "at: 0ns, do: nvme-read, id: b, nvme: nvme1, to: %s, size: 32MiB, request: 128KiB";
        RunOutcome shared = run(fast, first, second.formatted("memory"));
        assertThat(gigabytes(transfer(shared, "a"))).isCloseTo(MOST_OF_WRITES / 2, within(0.5));
        assertThat(gigabytes(transfer(shared, "b"))).isCloseTo(MOST_OF_WRITES / 2, within(0.5));
        RunOutcome apart = run(fast, first, second.formatted("gpu0"));
        assertThat(gigabytes(transfer(apart, "a"))).isBetween(19.0, 20.0);
        assertThat(gigabytes(transfer(apart, "b"))).isBetween(19.0, 20.0);
    }

    @Test
    void aWriteIsOverWhenTheMediaHasIt() {
        String line = "at: 0ns, do: nvme-write, id: io, nvme: nvme0, from: memory, size: 4KiB";
        TransferOutcome io = transfer(run(DRIVE, line), "io");
        // a read of host memory (500 ns), 4 KiB at 4 GB/s, and the latency
        assertThat(io.end() - io.start()).isBetween(Ticks.ofNanoseconds(11_524), Ticks.ofNanoseconds(12_200));
    }

    @Test
    void aDriveReadsIntoADmaBufThatItHasMapped() {
        String[] lines = {
            "at: 0ns, do: export, dma-buf: b0, from: acc0, address: 0x24000000, size: 32MiB",
            "at: 1us, do: attach, attachment: a0, dma-buf: b0, importer: nvme0",
            "at: 2us, do: map, attachment: a0",
            "at: 5us, do: nvme-read, id: io, nvme: nvme0, to: a0, size: 8MiB, request: 64KiB",
        };
        TransferOutcome io = transfer(run(DRIVE, lines), "io");
        assertThat(io.target()).isEqualTo("acc0");
        assertThat(gigabytes(io)).isBetween(6.0, 7.0);
        lines[2] = "at: 9s, do: map, attachment: a0";
        assertNothingIsRead(lines);
        lines[1] = "at: 8s, do: attach, attachment: a0, dma-buf: b0, importer: nvme0";
        assertNothingIsRead(lines);
    }

    private static void assertNothingIsRead(String... lines) {
        assertThat(ScenarioText.run(file(DRIVE, lines)).transfers())
                .isNotEmpty()
                .allMatch(none -> none.bytes() == 0 && none.errno().isPresent());
    }

    /** A controller memory buffer is in a BAR: a peer or the drive's own submission queue may be there. */
    @Test
    void aControllerMemoryBufferIsABarThatPeersReach() {
        String line = "at: 0ns, do: traffic, id: cmb, from: gpu0, to: nvme0, direction: write, size: 16MiB";
        assertThat(gigabytes(transfer(run(DRIVE, line), "cmb"))).isBetween(0.97 * MOST_OF_WRITES, MOST_OF_WRITES);
    }

    @Test
    void withoutMediaCommandsAreAsFastAsPcie() {
        String line = "at: 0ns, do: nvme-read, id: io, nvme: nvme0, to: memory, size: 16MiB, request: 128KiB";
        assertThat(gigabytes(transfer(run("", line), "io"))).isBetween(0.97 * MOST_OF_WRITES, MOST_OF_WRITES);
    }

    @Test
    void whatCannotBeIsSaidAtItsPlace() {
        String file = file(
                DRIVE,
                "at: 0ns, do: nvme-read, nvme: gpu0, to: memory, size: 4KiB",
                "at: 0ns, do: nvme-read, nvme: nvme0, to: nvme0, size: 4KiB",
                "at: 0ns, do: nvme-write, nvme: nvme0, from: gpu9, size: 4KiB",
                "at: 0ns, do: nvme-write, nvme: nvme0, from: memory, size: 4KiB, request: 2GiB");
        assertThat(ScenarioText.read(file).problems().toString())
                .contains("\"gpu0\" is no nvme device")
                .contains("\"nvme0\" does not go out on PCIe to itself")
                .contains("no device \"gpu9\"")
                .contains("a command moves 1 byte to 1 GiB");
    }
}
