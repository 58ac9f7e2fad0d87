package org.p2psim.dmabuf;

/** What the device does with a mapping ({@code enum dma_data_direction}). */
public enum Direction {
    BIDIRECTIONAL,
    TO_DEVICE,
    FROM_DEVICE
}
