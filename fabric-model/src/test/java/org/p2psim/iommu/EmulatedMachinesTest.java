package org.p2psim.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Multimaps;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.boot.AcsBoot;
import org.p2psim.boot.BootFunction;
import org.p2psim.topology.PciFunction;

/** The groups and ACS words of machines that Linux booted on: see the README of the resources. */
class EmulatedMachinesTest {
    /** QEMU's AMD IOMMU is a function that it does not serve itself, so that it is in no group. */
    private static final ImmutableSet<DeviceId> AMD_IOMMU =
            ImmutableSet.of(DeviceId.parse("1022:0008"), DeviceId.parse("1022:1419"));

    static List<EmulatedMachine> machines() {
        return EmulatedMachine.all();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void linuxFormsTheseGroups(EmulatedMachine machine) {
        IommuGroups groups = IommuGroups.of(machine.fabric(), machine.release(), machine.virtualFunctions());

        assertThat(partition(machine, groups)).isEqualTo(partition(machine));
        assertThat(groups.groups()).allMatch(IommuGroup::certain);
    }

    @ParameterizedTest
    @MethodSource("machines")
    void linuxGivesTheNumbersThatAreGiven(EmulatedMachine machine) {
        IommuGroups groups = IommuGroups.of(machine.fabric(), machine.release(), machine.virtualFunctions());

        for (IommuGroup group : groups.groups()) {
            group.number()
                    .ifPresent(number -> assertThat(group.functions())
                            .allSatisfy(function -> assertThat(machine.groups().get(function))
                                    .as("group of %s", function)
                                    .isEqualTo(number)));
        }
    }

    @Test
    void mostOfTheNumbersFollowFromTheFabric() {
        int numbered = 0;
        int functions = 0;
        for (EmulatedMachine machine : machines()) {
            IommuGroups groups = IommuGroups.of(machine.fabric(), machine.release(), machine.virtualFunctions());
            for (IommuGroup group : groups.groups()) {
                numbered += group.number().isPresent() ? group.functions().size() : 0;
                functions += group.functions().size();
            }
        }
        assertThat(functions).isEqualTo(564);
        assertThat(numbered).isGreaterThan(450);
    }

    @Test
    void onlyTheIommuItselfIsInNoGroup() {
        assertThat(machines()).hasSize(51);
        assertThat(machines().stream()
                        .flatMap(machine -> machine.fabric().functions().stream()
                                .filter(function -> !machine.groups().containsKey(function.address()))))
                .isNotEmpty()
                .allMatch(EmulatedMachinesTest::isAmdIommu);
    }

    @ParameterizedTest
    @MethodSource("machines")
    void linuxWritesTheseAcsWords(EmulatedMachine machine) {
        AcsBoot boot = AcsBoot.of(machine.release(), true, machine.cmdline());
        Map<Bdf, BootFunction> found = new HashMap<>();
        for (PciFunction function : machine.fabric().functions()) {
            BootFunction booting = new BootFunction(
                    function.address(),
                    function.id(),
                    new DeviceId(0, 0),
                    function.upstreamBridge().map(found::get),
                    false,
                    false,
                    function.acs().map(acs -> acs.withControl(0)));
            found.put(function.address(), booting);
            assertThat(boot.booted(booting)).as("%s", function.address()).isEqualTo(function.acs());
        }
    }

    private static Set<ImmutableSortedSet<Bdf>> partition(EmulatedMachine machine, IommuGroups groups) {
        return groups.groups().stream()
                .map(group -> ImmutableSortedSet.copyOf(group.functions().stream()
                        .filter(function -> !isAmdIommu(machine.fabric().function(function)))
                        .toList()))
                .filter(functions -> !functions.isEmpty())
                .collect(ImmutableSet.toImmutableSet());
    }

    private static Set<ImmutableSortedSet<Bdf>> partition(EmulatedMachine machine) {
        ImmutableListMultimap<Integer, Bdf> members = Multimaps.index(
                machine.groups().keySet(),
                function -> Objects.requireNonNull(machine.groups().get(function)));
        return members.asMap().values().stream().map(ImmutableSortedSet::copyOf).collect(ImmutableSet.toImmutableSet());
    }

    private static boolean isAmdIommu(PciFunction function) {
        return AMD_IOMMU.contains(function.id());
    }
}
