package org.p2psim.run.lifetime;

import org.junit.jupiter.api.Test;

/** What is left over, who is to blame, and what descriptors and parts of regions refuse. */
class HarderReplaysTest {
    private static final String BAR = "at: 0us, do: export, dma-buf: buf, from: n0, region: 4";
    private static final String[] BUFFER = {
        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
    };

    @Test
    void aClosedDescriptorIsEbadfForAllThatComesByIt() {
        Lifetime.on("release: \"6.19\"")
                .does(
                        BAR,
                        "at: 1us, do: close, dma-buf: buf",
                        "at: 2us, id: seek, do: seek, dma-buf: buf, whence: end",
                        "at: 2us, id: sync, do: sync, dma-buf: buf, flags: 1",
                        "at: 2us, id: mmap, do: mmap, dma-buf: buf")
                .expects(
                        "operation: seek, errno: EBADF",
                        "operation: sync, errno: EBADF",
                        "operation: mmap, errno: EBADF",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void theFirstAccessOfTheCpuThatIsNotEndedIsToBlameForTheUnbalancedRelease() {
        Lifetime.on("release: \"6.12\"")
                .does(BUFFER)
                .does(
                        "at: 10us, id: first, do: begin-cpu-access, dma-buf: buf, write: true",
                        "at: 20us, do: begin-cpu-access, dma-buf: buf, write: true",
                        "at: 30us, do: end-cpu-access, dma-buf: buf",
                        "at: 40us, id: close, do: close, dma-buf: buf")
                .expects("broken: I-33, operation: close, enabled-by: first")
                .run();
    }

    @Test
    void onlyTheFirstVmapAndTheLastVunmapReachTheExporter() {
        Lifetime.on("release: \"6.12\"")
                .does(BUFFER)
                .does(
                        "at: 1us, do: vmap, dma-buf: buf",
                        "at: 2us, do: vmap, dma-buf: buf",
                        "at: 3us, do: vunmap, dma-buf: buf",
                        "at: 4us, do: vunmap, dma-buf: buf")
                .expects(
                        "count: \"vmap buf\", is: 1",
                        "count: \"vunmap buf\", is: 1, from: 4us",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void aKernelMappingThatIsLeftOverIsToBlameForTheBugAtRelease() {
        Lifetime.on("release: \"6.12\"")
                .does(BUFFER)
                .does("at: 1us, id: vmap, do: vmap, dma-buf: buf", "at: 2us, id: close, do: close, dma-buf: buf")
                .expects("broken: I-33, operation: close, enabled-by: vmap")
                .run();
    }

    @Test
    void everyTransferThatTouchesAnotherOwnersMemoryCountsAndNotOnlyTheFirst() {
        Lifetime.on("release: \"6.19\", bugs: [never-unmaps]")
                .does(
                        BAR,
                        "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write, remote-read]",
                        "at: 10us, do: close-device, device: n0",
                        "at: 200us, do: assign, device: n0, region: 4, size: 1MiB, owner: B",
                        "at: 210us, id: write, do: rdma-write, mr: mr0, size: 4KiB",
                        "at: 220us, id: read, do: rdma-read, mr: mr0, size: 4KiB")
                .expects(
                        "broken: I-03, operation: write",
                        "broken: I-03, operation: read",
                        "broken: I-01, operation: write",
                        "broken: I-06",
                        "broken: I-10")
                .run();
    }

    @Test
    void theRegistrationThatTookTheLocksFirstMakesTheInversionPossible() {
        Lifetime.on("release: \"6.12\", bugs: [inverted-region-lock]")
                .does(BUFFER)
                .does(
                        "at: 1us, id: register, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [remote-read]",
                        "at: 30us, id: evict, do: evict, handle: bo")
                .expects("broken: I-30, operation: evict, enabled-by: register")
                .run();
    }

    @Test
    void aRegionUsesThePagesThatItTouchesAndNoOthers() {
        Lifetime.on("release: \"6.19\"")
                .does(
                        BAR,
                        "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, offset: 4608B, length: 4KiB, access: [remote-read]",
                        "at: 2us, id: inside, do: rdma-read, mr: mr0, size: 4KiB",
                        "at: 3us, id: beyond, do: rdma-read, mr: mr0, offset: 1B, size: 4KiB",
                        "at: 4us, id: scatter, do: local-access, mr: mr0, size: 8B, write: true")
                .expects(
                        "sg: mr0, lengths: [8KiB]",
                        "dma: inside, status: IBV_WC_SUCCESS",
                        "dma: beyond, status: IBV_WC_REM_ACCESS_ERR",
                        "dma: scatter, status: IBV_WC_LOC_PROT_ERR",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void anUnpluggedAcceleratorHasNoMinorAndOneInResetIsNotOperational() {
        Lifetime.on("release: \"5.16\"")
                .habanalabs("driver: hl-v6")
                .does(
                        "at: 1us, do: reset, device: h0",
                        "at: 5us, id: early, do: open-device, device: h0, user: A",
                        "at: 20us, do: unplug, device: h0",
                        "at: 21us, id: late, do: open-device, device: h0, user: A")
                .expects("operation: early, errno: EPERM", "operation: late, errno: ENXIO")
                .run();
    }
}
