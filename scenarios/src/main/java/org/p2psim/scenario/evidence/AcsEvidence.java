package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.boot.AcsBoot;
import org.p2psim.boot.BootFunction;

/**
 * A boot, and the ACS control words that the kernel's code wrote.
 *
 * @param functions in the order of enumeration
 */
public record AcsEvidence(String id, AcsBoot boot, List<Word> functions) implements Evidence {
    public AcsEvidence {
        functions = ImmutableList.copyOf(functions);
    }

    /**
     * A function and its word.
     *
     * @param written not masked with the capability; empty for a function without one
     */
    public record Word(BootFunction function, Optional<Integer> written) {}
}
