package org.p2psim.practice;

/** The machine is not one that can be checked; the message says why. */
final class Unrecognised extends Exception {
    private static final long serialVersionUID = 1;

    private final Verdict verdict;

    private Unrecognised(Verdict verdict, String reason) {
        super(reason);
        this.verdict = verdict;
    }

    static Unrecognised notSupported(String reason) {
        return new Unrecognised(Verdict.NO_SUPPORTED_TOPOLOGY, reason);
    }

    static Unrecognised unexpected(String reason) {
        return new Unrecognised(Verdict.UNEXPECTED_TOPOLOGY, reason);
    }

    static Unrecognised notKnown(String reason) {
        return new Unrecognised(Verdict.NOT_KNOWN, reason);
    }

    static Unrecognised choice(String reason) {
        return new Unrecognised(Verdict.CHOICE_NOT_SUPPORTED, reason);
    }

    Verdict verdict() {
        return verdict;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
