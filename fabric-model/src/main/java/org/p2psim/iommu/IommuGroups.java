package org.p2psim.iommu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Multimaps;
import com.google.common.collect.Sets;
import com.google.common.collect.SortedSetMultimap;
import com.google.common.collect.TreeMultimap;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/**
 * The IOMMU groups that Linux forms at boot ({@code pci_device_group()}, drivers/iommu/iommu.c; the same rules from
 * 5.10 to 7.3.4). A function shares the group of the bridge above it if that is a bridge to conventional PCI, or if a
 * function between it and the root bus does not keep peers apart; else it shares the group of those functions of its
 * own device that don't keep each other's DMA apart either. The ACS words are those of the fabric; words written after
 * boot change no group.
 *
 * <p>Not modelled: devices that use the requester ID of another (drivers/pci/quirks.c, {@code pci_add_dma_alias()}),
 * functions that AMD's IVRS table leaves out, commonly the IOMMU itself and 00:00.0, which are in no group, and the
 * grouping by reachable set that was posted in 2025 and is in no release up to 7.3.
 */
public final class IommuGroups {
    /** Domains from here on are made by Intel's volume management devices, which do the DMA of what is below. */
    private static final int FIRST_VMD_DOMAIN = 0x10000;

    private final ImmutableList<IommuGroup> groups;
    private final ImmutableMap<Bdf, IommuGroup> groupOf;

    private IommuGroups(ImmutableList<IommuGroup> groups) {
        this.groups = groups;
        ImmutableMap.Builder<Bdf, IommuGroup> byFunction = ImmutableMap.builder();
        for (IommuGroup group : groups) {
            group.functions().forEach(function -> byFunction.put(function, group));
        }
        this.groupOf = byFunction.buildOrThrow();
    }

    /** The groups of a fabric without virtual functions. */
    public static IommuGroups of(Fabric fabric, KernelRelease release) {
        return of(fabric, release, ImmutableSet.of());
    }

    /**
     * The groups of a fabric, of which only the caller knows which functions are virtual (SR-IOV): such a function
     * shares nothing with others of its bus and device number.
     */
    public static IommuGroups of(Fabric fabric, KernelRelease release, Set<Bdf> virtualFunctions) {
        List<PciFunction> found = inOrderOfDiscovery(fabric, virtualFunctions);
        Map<Bdf, Bdf> surely = leaders(fabric, found, new Isolation(fabric, release, virtualFunctions, true));
        Map<Bdf, Bdf> atMost = leaders(fabric, found, new Isolation(fabric, release, virtualFunctions, false));
        SortedSetMultimap<Bdf, Bdf> possible = TreeMultimap.create();
        Multimaps.invertFrom(Multimaps.forMap(atMost), possible);
        Map<Bdf, ImmutableSortedSet.Builder<Bdf>> members = new LinkedHashMap<>();
        surely.forEach((function, leader) -> members.computeIfAbsent(leader, any -> ImmutableSortedSet.naturalOrder())
                .add(function));

        boolean numbered = hasNumbersInOrder(fabric);
        ImmutableList.Builder<IommuGroup> groups = ImmutableList.builder();
        int number = 0;
        for (Map.Entry<Bdf, ImmutableSortedSet.Builder<Bdf>> group : members.entrySet()) {
            ImmutableSortedSet<Bdf> functions = group.getValue().build();
            Set<Bdf> perhaps =
                    Sets.difference(possible.get(Objects.requireNonNull(atMost.get(group.getKey()))), functions);
            boolean certain = perhaps.isEmpty() && group.getKey().domain() < FIRST_VMD_DOMAIN;
            numbered &= certain && !virtualFunctions.contains(group.getKey());
            groups.add(new IommuGroup(
                    numbered ? Optional.of(number++) : Optional.empty(),
                    functions,
                    ImmutableSortedSet.copyOf(perhaps),
                    certain));
        }
        return new IommuGroups(groups.build());
    }

    /**
     * Several IOMMUs number their groups one after the other (an Intel client's graphics has its own), and which of
     * AMD's serves what is in a table that the fabric does not show.
     */
    private static boolean hasNumbersInOrder(Fabric fabric) {
        long behindIommu =
                fabric.hostBridges().stream().filter(IommuGroups::hasIommu).count();
        return behindIommu == 1 && fabric.bootCpu().vendor().equals("GenuineIntel");
    }

    private static boolean hasIommu(HostBridge bridge) {
        return bridge.iommu().requestsAcs();
    }

    /** Functions behind an IOMMU: a bus, then what is below its bridges one by one; virtual functions come last. */
    private static ImmutableList<PciFunction> inOrderOfDiscovery(Fabric fabric, Set<Bdf> virtualFunctions) {
        Set<PciFunction> found = new LinkedHashSet<>();
        fabric.hostBridges().stream()
                .filter(IommuGroups::hasIommu)
                .forEach(bridge -> discover(fabric, fabric.rootBus(bridge), found));
        // virtual functions of integrated endpoints, whose bus numbers are no bus's
        fabric.functions().stream()
                .filter(function -> hasIommu(fabric.hostBridge(function)))
                .forEach(found::add);
        return ImmutableList.sortedCopyOf(
                Comparator.comparing(function -> virtualFunctions.contains(function.address())), found);
    }

    private static void discover(Fabric fabric, List<PciFunction> bus, Set<PciFunction> found) {
        found.addAll(bus);
        for (PciFunction bridge : bus) {
            discover(
                    fabric,
                    ImmutableList.sortedCopyOf(Comparator.comparing(PciFunction::address), fabric.below(bridge)),
                    found);
        }
    }

    /** For each function the first one of its group. */
    private static Map<Bdf, Bdf> leaders(Fabric fabric, List<PciFunction> found, Isolation isolation) {
        Map<Bdf, Bdf> leaders = new LinkedHashMap<>();
        Map<Bdf, Bdf> unisolatedOfDevice = new HashMap<>();
        for (PciFunction function : found) {
            Bdf address = function.address();
            Optional<Bdf> shares = bridgeInGroup(fabric, function, isolation);
            if (address.domain() >= FIRST_VMD_DOMAIN) {
                shares = fabric.rootBus(fabric.hostBridge(function)).stream()
                        .findFirst()
                        .map(PciFunction::address);
            } else if (shares.isEmpty() && isolation.isMultifunction(function) && !isolation.isIsolated(function)) {
                shares = Optional.of(unisolatedOfDevice.computeIfAbsent(Isolation.device(address), any -> address));
            }
            leaders.put(address, leaders.getOrDefault(shares.orElse(address), address));
        }
        return leaders;
    }

    private static Optional<Bdf> bridgeInGroup(Fabric fabric, PciFunction function, Isolation isolation) {
        ImmutableList<PciFunction> way = fabric.wayUp(function);
        ImmutableList<PciFunction> above = way.subList(1, way.size());
        boolean conventional = above.stream().anyMatch(bridge -> bridge.type() == PortType.PCIE_TO_PCI_BRIDGE);
        return conventional || !above.stream().allMatch(isolation::isIsolated)
                ? function.upstreamBridge()
                : Optional.empty();
    }

    /** The groups in the order of their first functions; a function without an IOMMU is in none. */
    public ImmutableList<IommuGroup> groups() {
        return groups;
    }

    /** The group that a function is surely in; empty if no IOMMU serves it. */
    public Optional<IommuGroup> groupOf(Bdf function) {
        return Optional.ofNullable(groupOf.get(function));
    }
}
