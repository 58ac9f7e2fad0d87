package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.p2psim.practice.PracticeCheck.Status;
import org.p2psim.practice.PracticeCheck.Subject;

/**
 * What IOMMU groups should be.
 *
 * @param captured whether a function without a group has none
 */
record IommuGroups(boolean captured) {
    static IommuGroups of(RdmaMachine machine) {
        return new IommuGroups(machine.captured().contains(RdmaMachine.Fact.IOMMU_GROUP));
    }

    /** Both in one group. */
    PracticeCheck together(String what, RdmaFunction first, RdmaFunction second) {
        return check(what, "one group", isDifferent(first, second), Status.FAIL, first, second);
    }

    /** Both in one group, or neither in any. */
    PracticeCheck togetherOrNone(String what, RdmaFunction first, RdmaFunction second) {
        boolean neither = first.iommuGroup().isEmpty() && second.iommuGroup().isEmpty();
        return check(
                what,
                "one group or none",
                isDifferent(first, second),
                neither ? Status.OK : Status.FAIL,
                first,
                second);
    }

    /** Each in a group of its own, without any of the others. */
    PracticeCheck apart(String what, List<RdmaFunction> functions) {
        long different = functions.stream()
                .flatMapToInt(function -> function.iommuGroup().stream())
                .distinct()
                .count();
        long grouped = functions.stream()
                .filter(function -> function.iommuGroup().isPresent())
                .count();
        return check(
                what, "different groups", different < grouped, Status.FAIL, functions.toArray(RdmaFunction[]::new));
    }

    private static boolean isDifferent(RdmaFunction first, RdmaFunction second) {
        return first.iommuGroup().isPresent()
                && second.iommuGroup().isPresent()
                && !first.iommuGroup().equals(second.iommuGroup());
    }

    /** With a group missing, the check fails or not as the numbers that are there do, then as the caller says. */
    private PracticeCheck check(
            String what, String expected, boolean wrong, Status withoutGroup, RdmaFunction... functions) {
        boolean missing = Arrays.stream(functions)
                .anyMatch(function -> function.iommuGroup().isEmpty());
        Status status = Status.of(!wrong);
        if (missing && !wrong) {
            status = captured ? withoutGroup : Status.NOT_KNOWN;
        }
        return new PracticeCheck(
                Subject.IOMMU_GROUP,
                Arrays.stream(functions).map(RdmaFunction::address).collect(ImmutableList.toImmutableList()),
                what,
                expected,
                Arrays.stream(functions).map(this::group).collect(Collectors.joining(", ")),
                ImmutableList.of(),
                status);
    }

    private String group(RdmaFunction function) {
        return function.iommuGroup().isPresent()
                ? Integer.toString(function.iommuGroup().getAsInt())
                : captured ? "none" : "not known";
    }
}
