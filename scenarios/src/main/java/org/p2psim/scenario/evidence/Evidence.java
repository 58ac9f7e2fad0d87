package org.p2psim.scenario.evidence;

/** One recorded case: a question and what was answered. */
public sealed interface Evidence permits P2pdmaEvidence, AcsEvidence, SgTableCase {
    /** What the file calls the case. */
    String id();
}
