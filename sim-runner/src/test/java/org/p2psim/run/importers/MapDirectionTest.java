package org.p2psim.run.importers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What importers say that their device does with a table ({@code enum dma_data_direction}). A table that the core made
 * at attach is bidirectional, so that every direction fits (drivers/dma-buf/dma-buf.c of 5.8 to 6.15); later there is
 * none, and each map has its own.
 */
class MapDirectionTest {
    private static final String[] ATTACHED = {
        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
        "at: 0us, do: export, dma-buf: hbm, from: h0, address: 0x24000000, size: 1MiB",
        "at: 1us, do: attach, attachment: moves, dma-buf: buf, importer: x0",
        "at: 1us, do: attach, attachment: stays, dma-buf: hbm, importer: x0",
    };

    @ParameterizedTest
    @ValueSource(strings = {"release: \"6.6\"", "release: \"6.16\""})
    void oneMappingAfterTheOtherMayHaveAnotherDirection(String kernel) {
        Machine.on(kernel)
                .does(ATTACHED)
                .does(
                        "at: 2us, do: map, id: read, attachment: stays, direction: to-device",
                        "at: 3us, do: unmap, attachment: stays",
                        "at: 4us, do: map, id: write, attachment: stays, direction: from-device",
                        "at: 5us, do: unmap, attachment: stays",
                        "at: 6us, do: map, id: both, attachment: stays")
                .gives(
                        "operation: read, is: done",
                        "attachment: stays, direction: to-device, at: 2us",
                        "operation: write, is: done",
                        "attachment: stays, direction: from-device, at: 4us",
                        "attachment: stays, is: attached, at: 5us",
                        "operation: both, is: done",
                        "attachment: stays, direction: bidirectional",
                        "order: [\"attach stays\", \"map stays\", \"unmap stays\", \"map stays\"]");
    }

    @Test
    void attachmentsHaveDirectionsOfTheirOwn() {
        Machine.on("release: \"6.16\"")
                .does(ATTACHED)
                .does(
                        "at: 2us, do: map, attachment: moves, direction: to-device",
                        "at: 2us, do: map, attachment: stays, direction: from-device")
                .gives(
                        "attachment: moves, direction: to-device",
                        "attachment: stays, direction: from-device",
                        "no-invariant-broken: true");
    }
}
