package org.p2psim.run.lifetime;

import org.junit.jupiter.api.Test;

/** Who is told to stop while he waits. */
class SignalTest {
    private static final String[] COPIED_UNDER_A_READER = {
        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
    };

    /** dma_buf_map_attachment() of 6.16 gives the table back when dma_resv_wait_timeout() was interrupted. */
    @Test
    void aStaticImporterThatIsInterruptedWhileItMapsHasNothingMappedAndNothingPinned() {
        Lifetime.on("release: \"6.16\"")
                .nic("max-segment-size: 2GiB")
                .does(COPIED_UNDER_A_READER)
                .does(
                        "at: 5us, do: attach, attachment: a0, dma-buf: buf, importer: n1",
                        "at: 10us, do: evict, handle: bo",
                        "at: 15us, id: map, do: map, attachment: a0",
                        "at: 20us, id: stop, do: signal, line: map",
                        "at: 100us, id: again, do: map, attachment: a0",
                        "at: 110us, do: unmap, attachment: a0",
                        "at: 120us, do: detach, attachment: a0")
                .expects(
                        "operation: map, errno: EINTR, ends: 20us",
                        "attachment: a0, is: attached, at: 50us",
                        "operation: again, is: done, ends: 100us",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void theCpuThatIsInterruptedHasNotBegunItsAccess() {
        Lifetime.on("release: \"6.16\"")
                .does(COPIED_UNDER_A_READER)
                .does(
                        "at: 10us, do: evict, handle: bo",
                        "at: 15us, id: begin, do: begin-cpu-access, dma-buf: buf",
                        "at: 20us, do: signal, line: begin",
                        "at: 30us, do: close, dma-buf: buf")
                .expects(
                        "operation: begin, errno: EINTR, ends: 20us",
                        "dma-buf: buf, is: released",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void aPageFaultCannotBeInterrupted() {
        Lifetime.on("release: \"6.16\"")
                .does(COPIED_UNDER_A_READER)
                .does(
                        "at: 10us, do: evict, handle: bo",
                        "at: 15us, id: register, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write]",
                        "at: 20us, do: signal, line: register")
                .expects("operation: register, is: done, ends: 60us", "no-invariant-broken: true")
                .run();
    }
}
