package org.p2psim.scenario.evidence;

import java.util.Optional;
import org.p2psim.topology.Acs;

/** Reads the {@code acs} of a function: {@code null}, or capability and control word. */
final class AcsWords {
    /** The rest of the capability word is the size of the egress vector, which no decision reads. */
    private static final int CAPABILITY_BITS = 0x7f;

    private AcsWords() {}

    static Optional<Acs> read(Fields function) throws EvidenceException {
        if (function.isNull("acs")) {
            return Optional.empty();
        }
        Fields words = function.object("acs");
        return Optional.of(new Acs(words.hex("cap", 0xffff) & CAPABILITY_BITS, words.hex("ctl", 0x7f)));
    }
}
