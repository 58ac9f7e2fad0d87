package org.p2psim.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** What holds for the groups of any machine. */
class IommuGroupPropertiesTest {
    private static final KernelRelease RELEASE = KernelRelease.parse("7.2");
    private static final int MACHINES = 100;
    /** Functions of one switch are close to each other in a fabric's list. */
    private static final int NEIGHBOURS = 6;

    private static IommuGroups groups(Machines machine, Fabric fabric) {
        return IommuGroups.of(fabric, RELEASE, machine.virtualFunctions());
    }

    private static Fabric with(Machines machine, Fabric fabric, Change change) {
        return machine.fabric(fabric.functions().stream()
                .map(function -> function.withAcs(change.of(function)))
                .toList());
    }

    private static Fabric captured(Machines machine, SplittableRandom random) {
        return with(machine, machine.fabric(), function -> captured(function.acs(), random));
    }

    private interface Change {
        Optional<Acs> of(PciFunction function);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void theGroupsShareOutTheFunctionsThatAnIommuServes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < MACHINES; i++) {
            Machines machine = Machines.random(random);
            Fabric fabric = machine.fabric();
            List<Bdf> inGroups = groups(machine, fabric).groups().stream()
                    .flatMap(group -> group.functions().stream())
                    .toList();

            assertThat(inGroups)
                    .as("seed %d, machine %d", seed, i)
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(fabric.functions().stream()
                            .filter(function ->
                                    fabric.hostBridge(function).iommu().requestsAcs())
                            .map(PciFunction::address)
                            .toList());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void whateverTheUnknownWordsAreTheGroupIsBetweenTheSureAndThePossible(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < MACHINES; i++) {
            Machines machine = Machines.random(random);
            IommuGroups truth = groups(machine, captured(machine, random));
            for (IommuGroup group : groups(machine, machine.fabric()).groups()) {
                Set<Bdf> atMost = new HashSet<>(group.functions());
                atMost.addAll(group.perhaps());
                SortedSet<Bdf> real =
                        truth.groupOf(group.functions().first()).orElseThrow().functions();
                assertThat(real.containsAll(group.functions()) && atMost.containsAll(real))
                        .as("seed %d, machine %d: %s is %s", seed, i, group, real)
                        .isTrue();
            }
        }
    }

    /** Some words that a capture might have shown. */
    private static Optional<Acs> captured(Optional<Acs> acs, SplittableRandom random) {
        if (acs.isEmpty() || acs.get().isKnown()) {
            return acs;
        }
        if (acs.get().equals(Acs.NOT_KNOWN)) {
            return random.nextBoolean() ? Optional.empty() : Optional.of(new Acs(0x7f, random.nextInt(0x80)));
        }
        return acs.map(words -> words.withControl(words.control() | words.notKnown() & random.nextInt(0x80)));
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void turningABitOnNeverMergesGroups(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int apart = 0;
        for (int i = 0; i < MACHINES; i++) {
            Machines machine = Machines.random(random);
            int bit = 1 << random.nextInt(7);
            Fabric fabric = captured(machine, random);
            IommuGroups before = groups(machine, fabric);
            IommuGroups after = groups(
                    machine,
                    with(machine, fabric, function -> function.acs().map(acs -> acs.withControl(acs.control() | bit))));
            for (IommuGroup group : after.groups()) {
                SortedSet<Bdf> was =
                        before.groupOf(group.functions().first()).orElseThrow().functions();
                assertThat(was.containsAll(group.functions()))
                        .as("seed %d, machine %d, bit %x: %s was %s", seed, i, bit, group, was)
                        .isTrue();
                apart += was.size() > group.functions().size() ? 1 : 0;
            }
        }
        assertThat(apart).as("seed %d: groups that a bit has taken apart", seed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {10, 11})
    void withAcsOnEverywhereEndpointsAreAloneAndNoSwitchLetsThemMeet(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int pairs = 0;
        for (int i = 0; i < MACHINES; i++) {
            Machines machine = Machines.random(random);
            Fabric fabric = with(machine, machine.fabric(), function -> Machines.ON);
            IommuGroups groups = groups(machine, fabric);
            P2pdma p2pdma = new P2pdma(fabric, fabric.bootCpu(), KernelRules.of(RELEASE));
            List<PciFunction> endpoints = new ArrayList<>(fabric.endpoints());
            endpoints.removeIf(function -> !behindPciExpressAlone(fabric, function));
            for (int at = 0; at < endpoints.size(); at++) {
                PciFunction one = endpoints.get(at);
                assertThat(groups.groupOf(one.address()).orElseThrow().functions())
                        .as("seed %d, machine %d", seed, i)
                        .containsExactly(one.address());
                for (PciFunction other : endpoints.subList(at, Math.min(at + NEIGHBOURS, endpoints.size()))) {
                    pairs++;
                    assertThat(p2pdma.verdict(one.address(), other.address()).mapType())
                            .as("seed %d, machine %d, %s and %s", seed, i, one.address(), other.address())
                            .isNotEqualTo(MapType.BUS_ADDR);
                }
            }
        }
        assertThat(pairs).isGreaterThan(1000);
    }

    /** Served by an IOMMU, not below a bridge to conventional PCI, a volume management device or an unlisted Zhaoxin port. */
    private static boolean behindPciExpressAlone(Fabric fabric, PciFunction endpoint) {
        return fabric.hostBridge(endpoint).iommu().requestsAcs()
                && endpoint.address().domain() == 0
                && fabric.wayUp(endpoint).stream()
                        .noneMatch(function -> function.type() == PortType.PCIE_TO_PCI_BRIDGE
                                || function.type().hasLinkBelow()
                                        && function.id().vendor() == 0x1d17);
    }

    @ParameterizedTest
    @ValueSource(longs = {13, 14})
    void theBitsThatGroupsDoNotAskForChangeNothing(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int others = AcsBit.TB.mask() | AcsBit.EC.mask() | AcsBit.DT.mask();
        for (int i = 0; i < MACHINES; i++) {
            Machines machine = Machines.random(random);
            Fabric fabric = with(
                    machine,
                    machine.fabric(),
                    function -> function.acs()
                            .map(acs -> new Acs(acs.capability(), acs.control() & ~others, acs.notKnown())));

            assertThat(groups(machine, fabric).groups())
                    .as("seed %d, machine %d", seed, i)
                    .isEqualTo(groups(machine, machine.fabric()).groups());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {16, 17})
    void theOrderInWhichFunctionsAreListedChangesNoGroup(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < MACHINES; i++) {
            Machines machine = Machines.random(random);
            List<PciFunction> otherOrder = new ArrayList<>();
            for (PciFunction function : machine.functions()) {
                int from = function.upstreamBridge()
                        .map(bridge -> 1
                                + otherOrder.stream()
                                        .map(PciFunction::address)
                                        .toList()
                                        .indexOf(bridge))
                        .orElse(0);
                otherOrder.add(random.nextInt(from, otherOrder.size() + 1), function);
            }

            assertThat(members(groups(machine, machine.fabric(otherOrder))))
                    .as("seed %d, machine %d", seed, i)
                    .isEqualTo(members(groups(machine, machine.fabric())));
        }
    }

    private static Set<SortedSet<Bdf>> members(IommuGroups groups) {
        return groups.groups().stream().map(IommuGroup::functions).collect(Collectors.toSet());
    }
}
