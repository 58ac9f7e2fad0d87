package org.p2psim.run.importers;

import org.junit.jupiter.api.Test;

/** What the CPU may do with a dma-buf (drivers/dma-buf/dma-buf.c). */
class CpuAccessTest {
    private static final String KERNEL = "release: \"6.1\"";
    private static final String OF_HABANALABS =
            "at: 0ns, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB";
    private static final String ALLOCATE =
            "at: 0ns, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]";
    private static final String OF_GPU = "at: 0ns, do: export, dma-buf: buf, from: g0, handle: bo";

    @Test
    void anExporterWithoutTheCallbackRefusesToMap() {
        Machine.on(KERNEL)
                .does(OF_HABANALABS, "at: 1us, do: mmap, dma-buf: buf", "at: 2us, do: vmap, dma-buf: buf")
                .gives("operation: 1, errno: EINVAL", "operation: 2, errno: EINVAL");
    }

    @Test
    void syncTakesItsThreeFlagsAndNeedsADirection() {
        Machine.on(KERNEL)
                .does(
                        OF_HABANALABS,
                        "at: 1us, do: sync, dma-buf: buf, flags: 0",
                        "at: 2us, do: sync, dma-buf: buf, flags: 4",
                        "at: 3us, do: sync, dma-buf: buf, flags: 8",
                        "at: 4us, do: sync, dma-buf: buf, flags: 1",
                        "at: 5us, do: sync, dma-buf: buf, flags: 5")
                .gives(
                        "operation: 1, errno: EINVAL",
                        "operation: 2, errno: EINVAL",
                        "operation: 3, errno: EINVAL",
                        "operation: 4, is: done",
                        "operation: 5, is: done");
    }

    @Test
    void onlyTheEndsCanBeSought() {
        Machine.on(KERNEL)
                .does(
                        OF_HABANALABS,
                        "at: 1us, do: seek, dma-buf: buf, whence: end",
                        "at: 2us, do: seek, dma-buf: buf, whence: set",
                        "at: 3us, do: seek, dma-buf: buf, whence: cur",
                        "at: 4us, do: seek, dma-buf: buf, whence: set, offset: 1B")
                .gives(
                        "operation: 1, is: done",
                        "operation: 2, is: done",
                        "operation: 3, errno: EINVAL",
                        "operation: 4, errno: EINVAL");
    }

    @Test
    void aReaderOnTheCpuMovesAnUnpinnedBufferToSystemMemoryAndWaitsForTheCopy() {
        Machine.on(KERNEL)
                .does(ALLOCATE, OF_GPU, "at: 10us, do: begin-cpu-access, id: begin, dma-buf: buf")
                .gives(
                        "handle: bo, place: visible-vram, at: 9us",
                        "handle: bo, place: system",
                        "operation: begin, ends: 60us");
    }

    @Test
    void withoutAFreeDescriptorNothingIsExported() {
        Machine.on(KERNEL)
                .does("at: 0ns, do: limit-descriptors, free: 0", ALLOCATE, OF_GPU)
                .gives("dma-buf: buf, is: refused, errno: EMFILE");
    }

    @Test
    void aBufferThatIsReleasedWhileItIsMappedIsOutOfBalance() {
        Machine.on(KERNEL)
                .does(ALLOCATE, OF_GPU, "at: 1us, do: vmap, dma-buf: buf", "at: 2us, do: close, dma-buf: buf")
                .gives("broken: I-33, at: 2us");
    }
}
