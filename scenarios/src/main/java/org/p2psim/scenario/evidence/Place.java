package org.p2psim.scenario.evidence;

/**
 * A line of a file.
 *
 * @param line counted from 1
 */
record Place(String file, int line) {
    EvidenceException wrong(String message) {
        return new EvidenceException("%s: %s".formatted(this, message));
    }

    @Override
    public String toString() {
        return "%s:%d".formatted(file, line);
    }
}
