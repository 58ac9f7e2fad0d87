package org.p2psim.scenario.yaml;

import org.p2psim.scenario.Operation;

/** Writes operations as lines of a timeline, which read back as the same operations. */
public final class TimelineWriter {
    private TimelineWriter() {}

    /** One line without its end: {@code - { do: close, at: 10ns, dma-buf: buf }}. */
    public static String line(Operation operation) {
        return "- " + FlowText.of(operation).orElseThrow();
    }
}
