package org.p2psim.run.lifetime;

import java.util.stream.Stream;
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
        "at: 12us, id: last, do: unmap, attachment: a0",
        "at: 13us, id: none, do: unmap, attachment: a0",
        "at: 14us, id: late, do: detach, attachment: a0",
    };

    /** dma_buf_map_attachment(): each mapping has a table, and DMA addresses, of its own. */
    @Test
    void anAttachmentThatIsMappedTwiceGivesEachMappingBackAndThenDetaches() {
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

    private static final String[] DETACHED_WHILE_MAPPED = {
        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
        "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
        "at: 2us, do: map, attachment: a0",
        "at: 10us, id: forgets, do: detach, attachment: a0",
        "at: 11us, id: back, do: unmap, attachment: a0",
        "at: 20us, id: flr, do: reset, device: n0",
        "at: 30us, id: write, do: dma-write, attachment: a0, size: 4KiB",
        "at: 400us, do: close, dma-buf: buf",
    };

    /** dma_buf_detach() does not ask whether its importer has unmapped: nobody notifies it any more, and DMA goes on. */
    @Test
    void whoDetachesWhileMappedIsNotToldOfAResetAndWritesThroughIt() {
        Lifetime.on("release: \"6.19\"")
                .does(DETACHED_WHILE_MAPPED)
                .expects(
                        "operation: forgets, is: done",
                        "operation: back, errno: EINVAL",
                        "attachment: a0, is: detached",
                        "count: \"notify buf/x0\", is: 0",
                        "dma: write, dropped: 4KiB",
                        "broken: I-04, operation: forgets, enabled-by: forgets",
                        "broken: I-14, operation: forgets",
                        "broken: I-01, operation: write, enabled-by: forgets",
                        "broken: I-38, enabled-by: forgets")
                .run();
    }

    /** Section 1.7, the second wait: it counts what exporters have mapped, not who is attached. */
    @Test
    void aRevocationThatWaitsForUnmapsNeverEndsAfterSuchADetach() {
        Lifetime.on("release: \"7.1\"")
                .does(DETACHED_WHILE_MAPPED)
                .expects(
                        "operation: flr, is: waiting",
                        "broken: I-04, operation: forgets",
                        "broken: I-24, operation: flr, enabled-by: forgets",
                        "broken: I-14, operation: forgets",
                        "broken: I-38")
                .run();
    }

    /** Up to 6.15 the core keeps the table of a static importer, and takes it back at detach: nothing is left behind. */
    @Test
    void aTableThatTheCoreKeepsIsTakenBackAtDetachWhoeverUsesIt() {
        Lifetime.on("release: \"6.12\"")
                .iommu("translating")
                .importer("static")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB",
                        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 2us, do: map, attachment: a0",
                        "at: 10us, id: forgets, do: detach, attachment: a0",
                        "at: 20us, id: stray, do: dma-write, attachment: a0, size: 4KiB",
                        "at: 400us, do: close, dma-buf: buf")
                .expects("operation: forgets, is: done", "dma: stray, blocked: 4KiB", "no-invariant-broken: true")
                .run();
    }

    /** A driver does one thing after the other: its unmap takes 30 us, and its detach comes after that. */
    @Test
    void aDetachComesAfterTheUnmapThatItsDriverHasBegun() {
        Lifetime.on("release: \"6.19\"")
                .nic("unmap-time: 30us")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 2us, do: map, attachment: a0",
                        "at: 10us, do: unmap, attachment: a0",
                        "at: 15us, id: detach, do: detach, attachment: a0",
                        "at: 400us, do: close, dma-buf: buf")
                .expects("operation: detach, ends: 40us", "no-invariant-broken: true")
                .run();
    }

    /** From 7.1 on whoever supplies invalidate_mappings must unmap in bounded time after it. */
    @ParameterizedTest
    @CsvSource({"'', true", "'at: 90us, do: unmap, attachment: a0', true", "'', false"})
    void whereNoLineUnmapsADriverWithACallbackDoesWhenItIsTold(String unmap, boolean wellBehaved) {
        Lifetime.on("release: \"7.1\"" + (wellBehaved ? "" : ", bugs: [never-unmaps]"))
                .does(Stream.of(
                                "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                                "at: 10us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                                "at: 20us, do: map, attachment: a0",
                                "at: 30us, id: reset, do: reset, device: n0",
                                unmap)
                        .filter(line -> !line.isEmpty())
                        .toArray(String[]::new))
                .expects(
                        wellBehaved
                                ? "operation: reset, ends: " + (unmap.isEmpty() ? "130us" : "190us")
                                : "broken: I-24, operation: reset")
                .run();
    }
}
