package org.p2psim.iommu;

import com.google.common.collect.ImmutableSortedSet;
import java.util.Optional;
import java.util.SortedSet;
import org.p2psim.address.Bdf;

/**
 * The functions that an IOMMU, or the fabric in front of it, cannot keep apart.
 *
 * @param number as in {@code /sys/kernel/iommu_groups}; empty if it does not follow from the fabric
 * @param functions those that share the group whatever is not known
 * @param perhaps those that share it or not, depending on ACS words that nobody captured
 * @param certain false also if a function belongs to it that the fabric does not name
 */
public record IommuGroup(Optional<Integer> number, SortedSet<Bdf> functions, SortedSet<Bdf> perhaps, boolean certain) {
    public IommuGroup {
        functions = ImmutableSortedSet.copyOfSorted(functions);
        perhaps = ImmutableSortedSet.copyOfSorted(perhaps);
        if (certain && !perhaps.isEmpty()) {
            throw new IllegalArgumentException("a group that is certain has no other possible functions: " + perhaps);
        }
    }
}
