package org.p2psim.run.importers;

import org.junit.jupiter.api.Test;

/** Dma-bufs of vfio-pci in I/O address spaces (iommufd, 6.19). */
class IommufdTest {
    private static final String KERNEL = "release: \"6.19\"";
    private static final String EXPORT =
            "at: 0ns, do: export, dma-buf: buf, from: n0, region: 4, ranges: [ { offset: 0B, length: 1MiB } ]";
    private static final String MAP = "at: 1us, do: iommufd-map, id: map, area: a0, device: x0, dma-buf: buf";

    @Test
    void aRevokedAreaDoesNotComeBackWhenAccessDoes() {
        Machine.on(KERNEL)
                .does(
                        EXPORT,
                        MAP,
                        "at: 10us, do: write-memory-enable, device: n0, enable: false",
                        "at: 20us, do: write-memory-enable, device: n0, enable: true",
                        "at: 30us, do: iommufd-map-domain, id: domain, area: a0",
                        "at: 40us, do: iommufd-unmap, area: a0",
                        "at: 41us, do: iommufd-map, id: again, area: a1, device: x0, dma-buf: buf")
                .gives(
                        "order: [\"revoke buf\", \"unmap buf/iommufd of x0\", \"restore buf\"]",
                        "operation: domain, is: done",
                        "operation: again, is: done",
                        "no-invariant-broken: true");
    }

    @Test
    void whatIsNoOneRangeOfVfioIsRefused() {
        Machine.on(KERNEL)
                .does(
                        "at: 0ns, do: export, dma-buf: hl, from: h0, address: 0x24000000, size: 1MiB",
                        "at: 0ns, do: export, dma-buf: two, from: n0, region: 4,"
                                + " ranges: [ { offset: 0B, length: 4KiB }, { offset: 8KiB, length: 4KiB } ]",
                        "at: 1us, do: iommufd-map, id: other, area: a0, device: x0, dma-buf: hl",
                        "at: 2us, do: iommufd-map, id: holes, area: a1, device: x0, dma-buf: two")
                .gives("operation: other, errno: EOPNOTSUPP", "operation: holes, errno: EOPNOTSUPP");
    }

    @Test
    void aRevokedBufferAndOneThatIsTooShortAreRefused() {
        Machine.on(KERNEL)
                .does(
                        EXPORT,
                        "at: 1us, do: iommufd-map, id: short, area: a0, device: x0, dma-buf: buf, offset: 512KiB, length: 1MiB",
                        "at: 2us, do: write-memory-enable, device: n0, enable: false",
                        "at: 3us, do: iommufd-map, id: revoked, area: a1, device: x0, dma-buf: buf")
                .gives("operation: short, errno: EINVAL", "operation: revoked, errno: ENODEV");
    }

    @Test
    void theCpuHasNoPagesOfItAndItCannotBeSplit() {
        Machine.on(KERNEL)
                .does(
                        EXPORT,
                        MAP,
                        "at: 2us, do: iommufd-access, id: access, area: a0",
                        "at: 3us, do: iommufd-split, id: split, area: a0",
                        "at: 4us, do: iommufd-unmap, area: a0",
                        "at: 5us, do: iommufd-unmap, id: twice, area: a0")
                .gives(
                        "operation: access, errno: EINVAL",
                        "operation: split, errno: EOPNOTSUPP",
                        "operation: twice, errno: ENOENT",
                        "no-invariant-broken: true");
    }
}
