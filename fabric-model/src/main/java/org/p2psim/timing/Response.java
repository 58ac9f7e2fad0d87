package org.p2psim.timing;

/** What becomes of memory requests at somebody who may serve them. Writes that are not served are dropped. */
public enum Response {
    /** Writes land, reads are answered with data. */
    SERVED,
    /**
     * Reads end with Unsupported Request: nobody claims the address. So it is where decoding of memory is off, Memory
     * Space Enable of the Command register being clear (PCIe base specification 5.0, 2.3.1).
     */
    UNSUPPORTED_REQUEST,
    /** Reads end with Completer Abort: the address is claimed, and the completer's own rules forbid the access. */
    COMPLETER_ABORT,
    /** Reads are never answered: what should is gone, or hangs. */
    NONE
}
