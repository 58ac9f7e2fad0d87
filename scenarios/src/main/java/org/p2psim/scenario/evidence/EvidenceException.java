package org.p2psim.scenario.evidence;

/** Evidence that is not what it should be; the message says in which file and line, and what would be right. */
public final class EvidenceException extends Exception {
    private static final long serialVersionUID = 1;

    public EvidenceException(String message) {
        super(message);
    }
}
