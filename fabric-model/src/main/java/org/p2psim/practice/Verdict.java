package org.p2psim.practice;

/** What the check as a whole says. */
public enum Verdict {
    PASS(0),
    FAIL(100),
    /** No check failed, but a fact that one needs was not captured. {@code rdma_topo} has no such answer. */
    NOT_KNOWN(100),
    /** The machine is none of those that {@code rdma_topo} knows; peer-to-peer may work or not. */
    NO_SUPPORTED_TOPOLOGY(100),
    /**
     * The parts are there but not put together as {@code rdma_topo} knows them; it asks to report that, or ends with a
     * failed assertion and exit code 1.
     */
    UNEXPECTED_TOPOLOGY(100),
    /** Bare metal or virtual machines was chosen for a layout that has one set of expectations for both. */
    CHOICE_NOT_SUPPORTED(100);

    private final int exitCode;

    Verdict(int exitCode) {
        this.exitCode = exitCode;
    }

    /** The exit code of {@code rdma_topo check}: 0 or 100. */
    public int exitCode() {
        return exitCode;
    }
}
