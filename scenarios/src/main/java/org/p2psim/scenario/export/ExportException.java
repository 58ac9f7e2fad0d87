package org.p2psim.scenario.export;

/** A machine that another program's format cannot hold; the message says why, and what would be right. */
public final class ExportException extends Exception {
    private static final long serialVersionUID = 1;

    ExportException(String message) {
        super(message);
    }
}
