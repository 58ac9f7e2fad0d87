package org.p2psim.scenario;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.topology.AcsBit;

/**
 * ACS: what the function has, and either the word in force or the firmware's, from which the kernel makes it.
 *
 * @param notKnown bits of the word in force that nobody captured
 */
public record AcsSpec(
        List<AcsBit> cap, Optional<List<AcsBit>> ctl, Optional<List<AcsBit>> firmware, List<AcsBit> notKnown) {
    public AcsSpec {
        cap = ImmutableList.copyOf(cap);
        notKnown = ImmutableList.copyOf(notKnown);
    }

    /** True if the word in force is stated, as far as it is known. */
    public boolean inForce() {
        return ctl.isPresent() || !notKnown.isEmpty();
    }
}
