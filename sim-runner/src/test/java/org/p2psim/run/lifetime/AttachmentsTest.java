package org.p2psim.run.lifetime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What importing drivers do with their attachments, line by line. */
class AttachmentsTest {
    private static final String[] MAPPED_TWICE = {
        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
        "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
        "at: 2us, do: map, attachment: a0",
        "at: 3us, do: map, attachment: a0",
        "at: 4us, id: first, do: unmap, attachment: a0, mapping: 1",
        "at: 5us, id: write, do: dma-write, attachment: a0, size: 4KiB",
        "at: 10us, id: again, do: unmap, attachment: a0, mapping: 1",
        "at: 11us, id: early, do: detach, attachment: a0",
        "at: 12us, id: last, do: unmap, attachment: a0",
        "at: 13us, id: none, do: unmap, attachment: a0",
        "at: 14us, id: late, do: detach, attachment: a0",
    };

    /** dma_buf_map_attachment(): each mapping has a table, and DMA addresses, of its own. */
    @Test
    void anAttachmentThatIsMappedTwiceGivesEachMappingBackAndDetachesAfterTheLast() {
        Lifetime.on("release: \"7.1\"")
                .iommu("translating")
                .does(MAPPED_TWICE)
                .expects(
                        "count: \"map buf/x0\", is: 2",
                        "count: \"unmap buf/x0\", is: 2",
                        "attachment: a0, is: mapped, at: 4500ns",
                        "dma: write, is: completed, landed-in: { buf: 4KiB }",
                        "operation: first, is: done",
                        "operation: again, errno: EINVAL",
                        "operation: early, errno: EINVAL",
                        "operation: last, is: done",
                        "operation: none, errno: EINVAL",
                        "operation: late, is: done",
                        "no-invariant-broken: true")
                .run();
    }

    /** I-02: a driver gives no addresses back that its device still uses; one that does is a mistake to switch on. */
    @ParameterizedTest
    @CsvSource({"[], no-invariant-broken: true", "[unmaps-with-dma-in-flight], 'broken: I-02, enabled-by: early'"})
    void anUnmapWaitsForTheDmaOnItsWay(String bugs, String expected) {
        Lifetime.on("release: \"7.1\", bugs: " + bugs)
                .iommu("translating")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 2us, do: map, attachment: a0",
                        "at: 5us, do: dma-write, attachment: a0, size: 1MiB",
                        "at: 6us, id: early, do: unmap, attachment: a0")
                .expects(expected)
                .run();
    }

    /** Section 1.7: a reset of 7.1 waits for the unmap of each. */
    @Test
    void aResetWaitsForBothMappingsOfAnAttachment() {
        Lifetime.on("release: \"7.1\"")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 2us, do: map, attachment: a0",
                        "at: 3us, do: map, attachment: a0",
                        "at: 10us, id: flr, do: reset, device: n0",
                        "at: 20us, do: unmap, attachment: a0",
                        "at: 30us, do: unmap, attachment: a0")
                .expects(
                        "order: [\"notify buf/x0\", \"unmap buf/x0\", \"unmap buf/x0\", \"reset n0\"]",
                        "operation: flr, ends-after: 129us",
                        "no-invariant-broken: true")
                .run();
    }

    /** dma_buf_unmap_attachment() runs with dma_resv held: what moves the buffer waits until it is over. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "do: attach, attachment: a0, dma-buf: buf, importer: x0; do: map, attachment: a0; do: unmap, attachment: a0",
                "do: register-mr, mr: a0, nic: x0, dma-buf: buf, access: [local-write]; do: evict, handle: other; do: deregister-mr, mr: a0"
            })
    void anEvictionWaitsForTheTimeThatAnUnmapTakes(String lines) {
        String[] line = lines.split("; ");
        Lifetime.on("release: \"7.1\"")
                .nic("unmap-time: 50us")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 0us, do: allocate, handle: other, from: g0, size: 1MiB",
                        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 2us, " + line[0],
                        "at: 3us, " + line[1],
                        "at: 10us, id: slow, " + line[2],
                        "at: 20us, id: evict, do: evict, handle: bo")
                .expects(
                        "operation: slow, ends-after: 59us, ends-before: 61us",
                        "operation: evict, ends-after: 59us",
                        "handle: bo, place: visible-vram, at: 59us",
                        "handle: bo, place: system",
                        "order: [\"unmap buf/x0\", \"move buf\"]",
                        "no-invariant-broken: true")
                .run();
    }
}
