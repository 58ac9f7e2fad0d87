package org.p2psim.run.flow;

import org.p2psim.topology.PciFunction;

/** One of the things that every operation passes, one after the other. */
public sealed interface Stage {
    String name();

    DmaListener listener();

    /** On PCIe. */
    record Dma(DmaRequest request, DmaListener listener) implements Stage {
        @Override
        public String name() {
            return request.name();
        }
    }

    /**
     * Behind a function: the port of a NIC, the media of an SSD. Stages with the same port share it.
     *
     * @param requests the same operations as in the stages on PCIe
     * @param packet bytes that go at once at most, a power of two from 128 to 4096
     */
    record Behind(
            String name, PciFunction function, DevicePort port, Requests requests, int packet, DmaListener listener)
            implements Stage {}
}
