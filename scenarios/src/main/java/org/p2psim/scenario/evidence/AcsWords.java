package org.p2psim.scenario.evidence;

import java.util.Optional;
import org.p2psim.topology.Acs;

/** Reads the {@code acs} of a function: {@code null}, or capability and control word. */
final class AcsWords {
    /** The rest of the capability word is the size of the egress vector, which no decision reads. */
    private static final int CAPABILITY_BITS = 0x7f;

    private static final int CONTROL_MAX = 0x7f;

    private AcsWords() {}

    static Optional<Acs> read(Value function) throws EvidenceException {
        Optional<Value> words = function.orNull("acs");
        if (words.isEmpty()) {
            return Optional.empty();
        }
        int capability = words.get().get("cap").hex(0xffff) & CAPABILITY_BITS;
        return Optional.of(new Acs(capability, words.get().get("ctl").hex(CONTROL_MAX)));
    }
}
