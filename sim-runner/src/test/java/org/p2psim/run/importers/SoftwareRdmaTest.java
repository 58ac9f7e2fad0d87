package org.p2psim.run.importers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** rxe and siw, whose DMA addresses are the CPU's. */
class SoftwareRdmaTest {
    private static final String EXPORT = "at: 0ns, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB";
    private static final String REGISTER =
            "at: 1us, do: register-mr, mr: mr0, nic: x9, dma-buf: buf, access: [local-write]";

    /** The series of November 2020 refuses in umem; merged kernels have no DMA device, and rxe no operation at all. */
    @ParameterizedTest
    @CsvSource({"seed,EINVAL", "merged,EINVAL", "rxe,EOPNOTSUPP"})
    void registrationIsRefused(String driver, String errno) {
        Machine.withSoftwareRdma(driver)
                .does(EXPORT, REGISTER, "at: 2us, do: close, dma-buf: buf")
                .gives(
                        "mr: mr0, is: refused, errno: " + errno,
                        "dma-buf: buf, is: released",
                        "no-invariant-broken: true");
    }

    @Test
    void attachingWithoutADeviceIsAWarning() {
        Machine.withSoftwareRdma("merged").does(EXPORT, REGISTER).gives("count: \"warning buf\", is: 1");
    }

    @Test
    void theCpuReachesTheBufferInItsStead() {
        Machine.withSoftwareRdma("rxe")
                .does(
                        "at: 0ns, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 0ns, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 1us, do: vmap, id: vmap, dma-buf: buf",
                        "at: 2us, do: begin-cpu-access, id: begin, dma-buf: buf",
                        "at: 200us, do: end-cpu-access, id: end, dma-buf: buf",
                        "at: 201us, do: vunmap, id: vunmap, dma-buf: buf",
                        "at: 202us, do: close, dma-buf: buf")
                .gives(
                        "operation: vmap, is: done",
                        "operation: begin, is: done",
                        "operation: end, is: done",
                        "operation: vunmap, is: done",
                        "no-invariant-broken: true");
    }
}
