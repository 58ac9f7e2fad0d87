package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;

/**
 * The functions of a machine.
 *
 * @param functions an address occurs once
 * @param captured the facts that were looked for: a function without such a value has none, for example no IOMMU group
 *     since the IOMMU is off. Of any other fact, no value means not known.
 */
public record RdmaMachine(List<RdmaFunction> functions, Set<Fact> captured) {
    /** A domain has 256 buses, and each bridge owns one of them. */
    private static final int BRIDGES_ABOVE_MAX = 255;

    /** Facts that a function may lack. */
    public enum Fact {
        IOMMU_GROUP,
        NUMA_NODE,
        CARD_ID
    }

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if an address occurs twice, or a function sits below itself
     */
    public RdmaMachine {
        functions = ImmutableList.copyOf(functions);
        captured = ImmutableSet.copyOf(captured);
        Map<Bdf, RdmaFunction> byAddress = new HashMap<>();
        for (RdmaFunction function : functions) {
            if (byAddress.put(function.address(), function) != null) {
                throw new IllegalArgumentException(function.address() + " occurs twice");
            }
        }
        for (RdmaFunction function : functions) {
            Optional<RdmaFunction> above = Optional.of(function);
            for (int bridges = 0; above.isPresent(); bridges++) {
                if (bridges > BRIDGES_ABOVE_MAX) {
                    throw new IllegalArgumentException(
                            "%s sits below more than %d bridges, or below itself: a domain has no more buses"
                                    .formatted(function.address(), BRIDGES_ABOVE_MAX));
                }
                above = above.get().upstreamBridge().map(byAddress::get);
            }
        }
    }
}
