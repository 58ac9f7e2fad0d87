package org.p2psim.run.importers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;

/** Mappings of device files that peers map ("mm: add p2p_map/p2p_unmap to the vm_ops", January 2019). */
class VmaP2pTest {
    private static final String KERNEL = "release: \"6.1\"";
    private static final String SHARE = "at: 0ns, do: share, vma: doorbell, device: x1, region: 0, length: 4KiB";
    private static final String MAP = "at: 0ns, do: p2p-map, mapping: m0, vma: doorbell, importer: g0";

    @Test
    void unplugIsOverWhenASlowImporterHasUnmappedAndNotBefore() {
        Machine.on(KERNEL)
                .does(
                        SHARE,
                        MAP,
                        "at: 10us, do: unplug, id: unplug, device: x1",
                        "at: 20us, do: p2p-map, id: late, mapping: m1, vma: doorbell, importer: g0",
                        "at: 80us, do: p2p-unmap, mapping: m0")
                .gives(
                        "operation: unplug, is: waiting, at: 79us",
                        "operation: unplug, ends: 80us",
                        "operation: late, errno: ENODEV",
                        "order: [\"invalidate doorbell/g0\", \"unmap doorbell/g0\"]",
                        "no-invariant-broken: true");
    }

    @Test
    void unplugNeverEndsIfTheImporterIgnoresItsNotifier() {
        Machine.on(KERNEL + ", bugs: [never-unmaps]")
                .does(SHARE, MAP, "at: 10us, do: unplug, id: unplug, device: x1")
                .gives("operation: unplug, is: waiting", "broken: I-24");
    }

    @Test
    void anImporterWithoutLinesOfItsOwnUnmapsWhenItIsNotified() {
        Machine.on(KERNEL)
                .does(
                        SHARE,
                        MAP,
                        "at: 10us, do: zap, vma: doorbell",
                        "at: 11us, do: p2p-unmap, id: again, mapping: m1",
                        "at: 12us, do: p2p-map, mapping: m1, vma: doorbell, importer: g0")
                .gives(
                        "count: \"unmap doorbell/g0\", is: 1, from: 10us, until: 10us",
                        "operation: again, errno: EINVAL");
    }

    @Test
    void mappingWorksAgainAfterEachDefragmentationAndFailsAfterMunmap() {
        RunOutcome run = Machine.on(KERNEL)
                .does(
                        "at: 0ns, do: share, vma: bo, device: g1, region: 2, length: 4KiB",
                        "at: 1us, do: p2p-map, mapping: m0, vma: bo, importer: x0",
                        "at: 2us, do: defragment, vma: bo",
                        "at: 3us, do: p2p-map, mapping: m1, vma: bo, importer: x0",
                        "at: 4us, do: defragment, vma: bo",
                        "at: 5us, do: p2p-map, mapping: m2, vma: bo, importer: x0",
                        "at: 6us, do: defragment, vma: bo",
                        "at: 7us, do: p2p-map, mapping: m3, vma: bo, importer: x0",
                        "at: 8us, do: munmap, vma: bo",
                        "at: 9us, do: p2p-map, id: late, mapping: m4, vma: bo, importer: x0")
                .gives(
                        "count: \"invalidate bo/x0\", is: 4",
                        "count: \"unmap bo/x0\", is: 4",
                        "operation: late, errno: EINVAL",
                        "no-invariant-broken: true");

        assertThat(run.events().stream()
                        .filter(event ->
                                event.what().equals("p2p-map") && event.errno().isEmpty())
                        .map(event -> event.detail()))
                .hasSize(4)
                .doesNotHaveDuplicates();
    }

    @Test
    void aSecondMapThatIsRefusedThoughNothingChangedBreaksThePromiseOfTheExporter() {
        Machine.on(KERNEL + ", bugs: [unpredictable-p2p-map]")
                .does(
                        SHARE,
                        MAP,
                        "at: 10us, do: zap, vma: doorbell",
                        "at: 20us, do: p2p-map, id: again, mapping: m1, vma: doorbell, importer: g0")
                .gives("operation: again, errno: EPERM", "broken: I-35, at: 20us");
    }

    @Test
    void whatUserSpaceHasNotTaggedIsRefused() {
        Machine.on(KERNEL)
                .does(
                        SHARE + ", shareable: false",
                        "at: 0ns, do: p2p-map, id: map, mapping: m0, vma: doorbell, importer: g0")
                .gives("operation: map, errno: EPERM");
    }

    @Test
    void dmaStopsWhenItsMappingIsInvalidatedAndTheMappingGoesWhenNoneIsLeft() {
        RunOutcome run = Machine.on(KERNEL)
                .does(
                        "at: 0ns, do: share, vma: bo, device: g1, region: 2",
                        "at: 0ns, do: p2p-map, mapping: m0, vma: bo, importer: x0",
                        "at: 1us, do: dma-read, id: read, attachment: m0, size: 1MiB",
                        "at: 20us, do: munmap, vma: bo")
                .gives("dma: read, is: unfinished", "no-invariant-broken: true");

        TransferOutcome read = run.transfers().get(0);
        assertThat(read.bytes()).isPositive().isLessThan(1 << 20);
        assertThat(run.events().stream()
                        .filter(event -> event.what().equals("unmap"))
                        .findFirst()
                        .orElseThrow()
                        .start())
                .isGreaterThanOrEqualTo(read.end());
    }

    @Test
    void anImporterThatGoesOnUsesWhatWasInvalidated() {
        Machine.on(KERNEL + ", bugs: [never-unmaps]")
                .does(
                        "at: 0ns, do: share, vma: bo, device: g1, region: 2",
                        "at: 0ns, do: p2p-map, mapping: m0, vma: bo, importer: x0",
                        "at: 1us, do: dma-read, id: read, attachment: m0, size: 1MiB",
                        "at: 20us, do: zap, vma: bo")
                .gives("dma: read, is: completed", "broken: I-35");
    }
}
