package org.p2psim.run.importers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.outcome.RunOutcome;

/** Dma-bufs that queues of NVMe drives know (block layer RFC, November 2025). */
class NvmeTokenTest {
    private static final String KERNEL = "release: \"6.19\"";
    private static final String ALLOCATE =
            "at: 0ns, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]";
    private static final String EXPORT = "at: 0ns, do: export, dma-buf: buf, from: g0, handle: bo";
    private static final String REGISTER =
            "at: 1us, do: register-token, id: register, token: t0, nvme: d0, dma-buf: buf";
    private static final String READ = "at: 2us, do: nvme-read, id: io, nvme: d0, to: t0, size: 1MiB, request: 4KiB";

    @Test
    void commandsReachVramThroughAToken() {
        Machine.on(KERNEL)
                .does(
                        ALLOCATE,
                        EXPORT,
                        REGISTER,
                        READ,
                        "at: 5ms, do: unregister-token, token: t0",
                        "at: 6ms, do: close, dma-buf: buf")
                .gives(
                        "dma: io, is: completed, landed-in: { buf: 1MiB }",
                        "dma-buf: buf, is: released",
                        "no-invariant-broken: true");
    }

    @Test
    void commandsInFlightHoldTheOldMappingAndTheRestWaitsForTheCopyOfAMove() {
        RunOutcome run = Machine.on(KERNEL)
                .does(ALLOCATE, EXPORT, REGISTER, READ, "at: 100us, do: evict, id: evict, handle: bo")
                .gives(
                        "dma: io, is: completed",
                        "handle: bo, place: system",
                        "count: \"notify buf/d0\", is: 1",
                        "order: [\"notify buf/d0\", \"unmap buf/d0\", \"map buf/d0\"]",
                        "no-invariant-broken: true");

        long mappedAgain = run.events().stream()
                .filter(event -> event.what().equals("map") && event.lane().equals("buf/d0"))
                .reduce((a, b) -> b)
                .orElseThrow()
                .start();
        long unmapped = run.events().stream()
                .filter(event -> event.what().equals("unmap") && event.lane().equals("buf/d0"))
                .findFirst()
                .orElseThrow()
                .start();
        assertThat(mappedAgain).isGreaterThanOrEqualTo(unmapped);
        assertThat(run.transfers().get(0).bytes()).isEqualTo(1 << 20);
    }

    @Test
    void aBufferThatIsNotAWholeNumberOfControllerPagesIsRefused() {
        Machine.on("release: \"6.1\"")
                .does("at: 0ns, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 4097B", REGISTER)
                .gives("operation: register, errno: EINVAL");
    }

    @Test
    void aTokenIsGivenBackWhenItsCommandsAreOver() {
        Machine.on(KERNEL)
                .does(ALLOCATE, EXPORT, REGISTER, READ, "at: 10us, do: unregister-token, id: unregister, token: t0")
                .gives(
                        "operation: unregister, is: waiting, at: 20us",
                        "operation: unregister, is: done",
                        "dma: io, is: completed");
    }

    @Test
    void commandsWithoutATokenAreRefused() {
        Machine.on(KERNEL)
                .does(
                        ALLOCATE,
                        EXPORT,
                        REGISTER,
                        "at: 2us, do: unregister-token, token: t0",
                        "at: 3us, do: nvme-read, id: io, nvme: d0, to: t0, size: 1MiB")
                .gives("dma: io, is: refused, errno: EINVAL");
    }
}
