package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.TreeMap;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.lspci.Reading.Bars;

/** Two sources' BARs become one list: addresses of the first, sizes of whichever has them. */
final class BarMerge {
    private BarMerge() {}

    static Bars merge(Bars first, Bars second) {
        if (first.all().isEmpty()) {
            return second;
        }
        if (!first.numbered() && second.numbered() && !second.all().isEmpty()) {
            return merge(second, first);
        }
        TreeMap<Integer, FoundBar> merged = new TreeMap<>();
        for (FoundBar bar : first.all()) {
            merged.put(
                    bar.index(),
                    partner(bar, first, second).map(other -> merge(bar, other)).orElse(bar));
        }
        if (first.numbered() && second.numbered()) {
            second.all().forEach(bar -> merged.putIfAbsent(bar.index(), bar));
        }
        return new Bars(ImmutableList.copyOf(merged.values()), first.numbered());
    }

    /** Where an index was counted only, the address tells which BAR it is. */
    private static Optional<FoundBar> partner(FoundBar bar, Bars first, Bars second) {
        boolean byIndex = first.numbered() && second.numbered();
        return second.all().stream()
                .filter(other -> byIndex ? other.index() == bar.index() : other.base() == bar.base())
                .findFirst();
    }

    private static FoundBar merge(FoundBar first, FoundBar second) {
        boolean assigned = first.base() != 0;
        return new FoundBar(
                first.index(),
                assigned ? first.base() : second.base(),
                first.size().isPresent() ? first.size() : second.size(),
                first.prefetchable(),
                first.is64Bit(),
                assigned ? first.enabled() && second.enabled() : second.enabled());
    }
}
