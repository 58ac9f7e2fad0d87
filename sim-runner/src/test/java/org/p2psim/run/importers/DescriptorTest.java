package org.p2psim.run.importers;

import org.junit.jupiter.api.Test;

/** What exporters do when the process has no free descriptor: the tails of their export calls. */
class DescriptorTest {
    private static final String NONE = "at: 0ns, do: limit-descriptors, free: 0";
    private static final String VFIO =
            "at: 1us, do: export, dma-buf: buf, from: n0, region: 4, ranges: [ { offset: 0B, length: 1MiB } ]";
    private static final String HABANALABS =
            "at: 1us, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB";

    @Test
    void vfioOf619PutsTheBufferAndDropsItsRegistrationASecondTime() {
        Machine.on("release: \"6.19\"")
                .does(NONE, VFIO)
                .gives("dma-buf: buf, is: refused, errno: EMFILE", "broken: I-29", "broken: I-05");
    }

    @Test
    void withoutThatMistakeNothingIsLeft() {
        Machine.on("release: \"6.19\", without-bugs: [descriptor-failure-puts-twice]")
                .does(NONE, VFIO)
                .gives("dma-buf: buf, is: refused, errno: EMFILE", "no-invariant-broken: true");
    }

    @Test
    void habanalabsBefore617LeavesToReleaseWhatItHasNotSetUp() {
        Machine.on("release: \"6.1\"")
                .does(NONE, HABANALABS)
                .gives("dma-buf: buf, is: refused, errno: EMFILE", "broken: I-31");
    }

    @Test
    void habanalabsOf617PublishesLast() {
        Machine.on("release: \"6.17\"")
                .does(NONE, HABANALABS)
                .gives("dma-buf: buf, is: refused, errno: EMFILE", "no-invariant-broken: true");
    }

    @Test
    void aClosedDescriptorIsFreeAgain() {
        Machine.on("release: \"6.17\"")
                .does(
                        "at: 0ns, do: limit-descriptors, free: 1",
                        HABANALABS,
                        "at: 2us, do: close, dma-buf: buf",
                        HABANALABS.replace("buf,", "other,").replace("1us", "3us"))
                .gives("dma-buf: other, is: exported");
    }
}
