package org.p2psim.p2p;

import org.p2psim.address.Bdf;

/**
 * A line of the kernel log, without its time and without the driver's name before the address.
 *
 * @param function the function that the line is about: the client, or the device that stands for the host bridge
 */
public record KernelMessage(Kind kind, Bdf function, String text) {
    /** Which of the warnings of p2pdma.c it is. */
    public enum Kind {
        ACS_REDIRECT,
        ACS_HINT,
        HOST_BRIDGE_NOT_LISTED,
        NO_PATH
    }

    @Override
    public String toString() {
        return function + ": " + text;
    }
}
