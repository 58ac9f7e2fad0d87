package org.p2psim.transaction;

import java.util.Arrays;
import java.util.Optional;

/** Completion Status field of a completion (PCIe base specification 5.0, 2.2.9). */
public enum CompletionStatus {
    /** Successful Completion. */
    SC(0b000),
    /** Unsupported Request: nobody takes the address. */
    UR(0b001),
    /** Configuration Request Retry Status; called RRS from specification 6.0 on. */
    CRS(0b010),
    /** Completer Abort. */
    CA(0b100);

    private final int code;

    CompletionStatus(int code) {
        this.code = code;
    }

    /** The three bits on the wire. */
    public int code() {
        return code;
    }

    /** The status with a code; empty if the code is reserved. */
    public static Optional<CompletionStatus> ofCode(int code) {
        return Arrays.stream(values()).filter(s -> s.code == code).findFirst();
    }
}
