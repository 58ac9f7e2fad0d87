package org.p2psim.p2p;

/**
 * A line of the kernel log, without its time and without the driver's name before the device.
 *
 * @param device the device that the line is about: the client, or the function that stands for the host bridge
 */
public record KernelMessage(Kind kind, String device, String text) {
    /** Which of the warnings of p2pdma.c it is. */
    public enum Kind {
        ACS_REDIRECT,
        ACS_HINT,
        HOST_BRIDGE_NOT_LISTED,
        NO_PATH,
        NOT_PCI,
        DMA_VIRT_OPS
    }

    @Override
    public String toString() {
        return device + ": " + text;
    }
}
