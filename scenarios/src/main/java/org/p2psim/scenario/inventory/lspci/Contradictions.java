package org.p2psim.scenario.inventory.lspci;

import java.util.Optional;
import java.util.function.Function;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.topology.Acs;

/** Where two readings of one function cannot both be right. */
final class Contradictions {
    private Contradictions() {}

    static boolean either(Reading one, Reading other) {
        return inAcs(one, other) || inBuses(one, other);
    }

    /** True if both know the control bits, and they differ. */
    static boolean inAcs(Reading one, Reading other) {
        return differ(
                one,
                other,
                reading -> reading.capabilities().acs().filter(Acs::isKnown).map(Acs::control));
    }

    static boolean inBuses(Reading one, Reading other) {
        return differ(
                one, other, reading -> reading.bridge().map(bridge -> bridge.secondary() << 8 | bridge.subordinate()));
    }

    static boolean inIds(Reading one, Reading other) {
        return differ(one, other, reading -> reading.identity().id());
    }

    /** True if a BAR has two addresses: one as the bus sees it, one as the CPU does. */
    static boolean inBars(Reading one, Reading other) {
        return one.bars().numbered()
                && other.bars().numbered()
                && one.bars().all().stream()
                        .filter(bar -> bar.base() != 0)
                        .anyMatch(bar -> other.bars().all().stream().anyMatch(match -> moved(bar, match)));
    }

    private static boolean moved(FoundBar bar, FoundBar match) {
        return match.index() == bar.index() && match.base() != 0 && match.base() != bar.base();
    }

    private static <T> boolean differ(Reading one, Reading other, Function<Reading, Optional<T>> fact) {
        Optional<T> first = fact.apply(one);
        Optional<T> second = fact.apply(other);
        return first.isPresent() && second.isPresent() && !first.equals(second);
    }
}
