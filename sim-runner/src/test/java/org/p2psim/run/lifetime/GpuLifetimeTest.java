package org.p2psim.run.lifetime;

import org.junit.jupiter.api.Test;

/** Buffers that move under those who map them. */
class GpuLifetimeTest {
    private static final String[] MOVE_UNDER_A_REGION = {
        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
        "at: 2us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write, remote-read]",
        "at: 5us, do: write-memory, device: g0, handle: bo, size: 1MiB, tag: mine",
        "at: 10us, do: evict, handle: bo",
        "at: 20us, id: write, do: rdma-write, mr: mr0, size: 4KiB",
        "at: 100us, id: read, do: rdma-read, mr: mr0, offset: 64KiB, size: 4KiB",
    };

    @Test
    void anOnDemandRegionFollowsAMoveAndItsNextAccessWaitsForTheCopy() {
        Lifetime.on("release: \"5.16\"")
                .does(MOVE_UNDER_A_REGION)
                .expects(
                        "handle: bo, place: visible-vram, at: 9us",
                        "handle: bo, place: system, at: 11us",
                        "mr: mr0, is: zapped, at: 15us",
                        "mr: mr0, is: zapped, at: 59us",
                        "mr: mr0, is: active, at: 61us",
                        "dma: write, is: completed, landed: { bo: 4KiB }, landed-in: { buf: 4KiB }",
                        "operation: write, ends-after: 60us",
                        "dma: read, data: { mine: 4KiB }",
                        "order: [\"move buf\", \"notify buf/x0\", \"zap mr0\", \"unmap buf/x0\", \"page-fault mr0\", \"map buf/x0\", \"load mr0\"]",
                        "count: \"notify buf/x0\", is: 1",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void whoDoesNotWaitForTheCopyIssuesDmaBeforeTheMoveIsOver() {
        Lifetime.on("release: \"5.16\", bugs: [no-fence-wait]")
                .does(MOVE_UNDER_A_REGION)
                .expects("broken: I-09, operation: write, enabled-by: 4")
                .run();
    }

    @Test
    void withoutARouteTheBufferGoesToSystemMemory() {
        Lifetime.on("release: \"6.14\"")
                .hostBridge("8086:1234")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram]",
                        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 2us, do: attach, attachment: a0, dma-buf: buf, importer: x3",
                        "at: 3us, do: register-mr, mr: mr0, nic: x3, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 100us, id: write, do: rdma-write, mr: mr0, size: 4KiB")
                .expects(
                        "attachment: a0, peer-to-peer: false",
                        "handle: bo, place: system",
                        "dma: write, is: completed, landed: { bo: 4KiB }",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void theThirdBufferPushesTheOldestOutOfASmallWindowWhichComesBackAtItsNextAccess() {
        Lifetime.on("release: \"6.14\"")
                .does(
                        "at: 0us, do: allocate, handle: b1, from: g0, size: 128MiB, flags: [vram]",
                        "at: 0us, do: allocate, handle: b2, from: g0, size: 128MiB, flags: [vram]",
                        "at: 0us, do: allocate, handle: b3, from: g0, size: 128MiB, flags: [vram]",
                        "at: 1us, do: export, dma-buf: d1, from: g0, handle: b1",
                        "at: 1us, do: export, dma-buf: d2, from: g0, handle: b2",
                        "at: 1us, do: export, dma-buf: d3, from: g0, handle: b3",
                        "at: 2us, do: register-mr, mr: m1, nic: x0, dma-buf: d1, access: [local-write, remote-write]",
                        "at: 200us, do: register-mr, mr: m2, nic: x0, dma-buf: d2, access: [local-write, remote-write]",
                        "at: 400us, id: third, do: register-mr, mr: m3, nic: x0, dma-buf: d3, access: [local-write, remote-write]",
                        "at: 700us, id: back, do: rdma-write, mr: m1, size: 4KiB")
                .expects(
                        "handle: b1, place: visible-vram, at: 300us",
                        "handle: b2, place: visible-vram, at: 300us",
                        "count: \"notify d1/x0\", is: 1, from: 100us, until: 600us",
                        "mr: m1, is: zapped, at: 600us",
                        "handle: b1, place: vram, at: 600us",
                        "dma: back, is: completed",
                        "handle: b1, place: visible-vram",
                        "handle: b2, place: vram",
                        "count: \"notify d2/x0\", is: 1, from: 300us",
                        "no-invariant-broken: true")
                .run();
    }
}
