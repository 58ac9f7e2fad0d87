package org.p2psim.outcome;

/** What may become of a memory request, or of its data, instead of what was asked for. */
public enum Failure {
    /** A write that nobody took. The initiator does not learn it. */
    DROPPED("dropped write"),
    /** A read that ended with Unsupported Request. A CPU would read all ones; a device is told of the error. */
    UNSUPPORTED_REQUEST("Unsupported Request"),
    /** A read that ended with Completer Abort. A CPU would read all ones; a device is told of the error. */
    COMPLETER_ABORT("Completer Abort"),
    /** A read that was not answered within the initiator's Completion Timeout. */
    COMPLETION_TIMEOUT("completion timeout"),
    /** A read that was not answered, of an initiator that waits for ever. */
    NO_COMPLETION("no completion"),
    /** Data that came with the EP bit set: it is delivered, and known to be bad. */
    POISONED("poisoned data");

    private final String words;

    Failure(String words) {
        this.words = words;
    }

    /** {@code completion timeout}. */
    public String words() {
        return words;
    }
}
