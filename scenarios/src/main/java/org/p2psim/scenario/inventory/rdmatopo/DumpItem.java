package org.p2psim.scenario.inventory.rdmatopo;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.scenario.inventory.FoundVpd;
import org.p2psim.scenario.inventory.config.ConfigSpace;

/**
 * One element of a dump, its encoded values decoded.
 *
 * @param realPath of its directory in sysfs
 * @param names of its kernel devices, such as {@code mlx5_0}
 */
record DumpItem(
        String realPath,
        String modalias,
        ConfigSpace config,
        OptionalInt iommuGroup,
        OptionalInt numaNode,
        Optional<FoundVpd> vpd,
        List<String> names) {
    DumpItem {
        names = ImmutableList.copyOf(names);
    }
}
