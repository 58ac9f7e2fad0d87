package org.p2psim.run.importers;

import org.junit.jupiter.api.Test;

/** One owner of a device at a time (Vetter, September 2021). */
class DrmMasterTest {
    private static final String ALLOCATE = "at: 0ns, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram]";
    private static final String EXPORT = "at: 0ns, do: export, dma-buf: buf, from: g0, handle: bo";

    @Test
    void onlyTheOwnerIsLetThrough() {
        Machine.on("release: \"6.1\"")
                .does(
                        "at: 0ns, do: set-master, device: g0, user: A",
                        "at: 1us, do: drm-ioctl, device: g0, user: A",
                        "at: 2us, do: drm-ioctl, device: g0, user: B",
                        "at: 3us, do: set-master, device: g0, user: B",
                        "at: 4us, do: drop-master, device: g0",
                        "at: 5us, do: set-master, device: g0, user: B",
                        "at: 6us, do: drm-ioctl, device: g0, user: B")
                .gives(
                        "operation: 1, is: done",
                        "operation: 2, errno: EPERM",
                        "operation: 3, errno: EBUSY",
                        "operation: 5, is: done",
                        "operation: 6, is: done");
    }

    @Test
    void whatCanMoveLeavesTheDeviceBeforeTheNextOwnerComes() {
        Machine.on("release: \"6.1\"")
                .does(
                        ALLOCATE,
                        EXPORT,
                        "at: 0ns, do: set-master, device: g0, user: A",
                        "at: 1us, do: drop-master, device: g0",
                        "at: 2us, do: set-master, id: next, device: g0, user: B")
                .gives("operation: next, is: done", "handle: bo, place: system");
    }

    @Test
    void whatCannotBeTakenAwayKeepsItsOwnerUntilItsHolderIsGone() {
        Machine.on("release: \"6.1\"")
                .does(
                        "at: 0ns, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB",
                        "at: 0ns, do: set-master, device: h0, user: A",
                        "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write]",
                        "at: 2us, do: close, dma-buf: buf",
                        "at: 3us, do: drop-master, device: h0",
                        "at: 4us, do: set-master, id: early, device: h0, user: B",
                        "at: 5us, do: deregister-mr, mr: mr0",
                        "at: 6us, do: set-master, id: later, device: h0, user: B")
                .gives("operation: early, errno: EBUSY", "operation: later, is: done");
    }

    @Test
    void withoutAReferenceToTheOwnerTheNextOneComesWhileANicStillHoldsTheMemory() {
        Machine.on("release: \"6.1\", bugs: [no-owner-reference]")
                .does(
                        "at: 0ns, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB",
                        "at: 0ns, do: set-master, device: h0, user: A",
                        "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write]",
                        "at: 3us, do: drop-master, device: h0",
                        "at: 4us, do: set-master, id: early, device: h0, user: B")
                .gives("operation: early, is: done", "mr: mr0, is: registered", "broken: I-23, operation: early");
    }
}
