package org.p2psim.scenario.inventory.config;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.Optional;
import java.util.Set;
import org.p2psim.topology.Acs;

/**
 * What the capability lists say.
 *
 * @param express empty if there is none in what is shown
 * @param names what else there is, by name
 */
public record Capabilities(
        Extent extent,
        Optional<Express> express,
        Optional<Acs> acs,
        boolean ats,
        Set<String> names,
        Optional<VirtualFunctions> virtualFunctions) {
    public static final Capabilities HIDDEN =
            new Capabilities(Extent.HIDDEN, Optional.empty(), Optional.empty(), false, Set.of(), Optional.empty());

    public Capabilities {
        names = ImmutableSet.copyOf(names);
    }

    /**
     * Whether every capability of the function is shown: extended configuration space, and ACS and ATS with it, is for
     * functions with a PCI Express capability.
     */
    public boolean areWhole() {
        return extent == Extent.EXTENDED || (extent != Extent.HIDDEN && express.isEmpty());
    }

    /** These, and another reading's for what is missing here. */
    public Capabilities or(Capabilities other) {
        boolean otherKnowsAcs = other.acs.isPresent() && other.acs.get().isKnown();
        boolean thisKnowsAcs = acs.isPresent() && acs.get().isKnown();
        return new Capabilities(
                extent.compareTo(other.extent) >= 0 ? extent : other.extent,
                express.isPresent() && other.express.isPresent()
                        ? Optional.of(express.get().or(other.express.get()))
                        : express.or(() -> other.express),
                otherKnowsAcs && !thisKnowsAcs ? other.acs : acs.or(() -> other.acs),
                ats || other.ats,
                Sets.union(names, other.names),
                virtualFunctions.or(() -> other.virtualFunctions));
    }
}
