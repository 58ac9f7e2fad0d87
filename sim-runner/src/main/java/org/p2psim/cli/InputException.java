package org.p2psim.cli;

/** The user's input is wrong; the message says what and where, and what would be right. */
final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    InputException(String message) {
        super(message);
    }
}
