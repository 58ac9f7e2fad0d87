package org.p2psim.scenario.inventory;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.scenario.AcsSpec;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.FabricSpec;
import org.p2psim.scenario.FabricSpec.IommuSpec;
import org.p2psim.scenario.FabricSpec.RootComplexSpec;
import org.p2psim.scenario.FabricSpec.SocketSpec;
import org.p2psim.scenario.FabricSpec.WindowSpec;
import org.p2psim.scenario.FunctionSpec;
import org.p2psim.scenario.LinkSpec;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.Scenario.CpuSpec;
import org.p2psim.scenario.Scenario.KernelSpec;
import org.p2psim.scenario.Scenario.Variant;
import org.p2psim.scenario.inventory.Placement.RootBus;
import org.p2psim.topology.Acs;
import org.p2psim.topology.IommuMode;

/** Makes a scenario of a dump: the machine as it was found, one variant, nothing happening. */
public final class InventoryScenario {
    /** The only variant of an imported machine. */
    public static final String VARIANT = "as-found";

    private final Inventory inventory;
    private final boolean withAddresses;
    private final GroupedNotes notes = new GroupedNotes();
    private final Placement placement;
    private final SortedMap<Integer, String> sockets = new TreeMap<>();

    private InventoryScenario(Inventory inventory, boolean withAddresses) {
        this.inventory = inventory;
        this.withAddresses = withAddresses;
        this.placement = new Placement(inventory, notes);
    }

    /**
     * The machine of a dump.
     *
     * @param title of the scenario
     */
    public static ImportedMachine of(Inventory inventory, String title) {
        return new InventoryScenario(inventory, true).machine(title);
    }

    /** The same without BARs and windows, for dumps whose addresses contradict each other. */
    public static ImportedMachine withoutAddresses(Inventory inventory, String title) {
        return new InventoryScenario(inventory, false).machine(title);
    }

    private ImportedMachine machine(String title) {
        if (!withAddresses) {
            notes.add(
                    Note.Kind.CAUTION,
                    "addresses in the dump contradict each other: BARs and windows are left out",
                    "");
        }
        inventory.host().noteMissing(notes);
        Cpu cpu = inventory.host().cpu().orElse(Cpu.NOT_KNOWN);
        placement.functions().forEach(f -> f.numaNode().ifPresent(node -> sockets.put(node, "node" + node)));
        if (sockets.isEmpty()) {
            sockets.put(0, "node0");
        }
        CpuSpec cpuSpec = new CpuSpec(
                cpu.isKnown() ? cpu.vendor() : CpuSpec.NOT_KNOWN, cpu.family(), OptionalInt.of(cpu.model()));
        List<FunctionSpec> functions = new ArrayList<>();
        placement.functions().forEach(function -> functions.add(spec(function)));
        FabricSpec fabric = new FabricSpec(
                sockets.values().stream()
                        .map(id -> new SocketSpec(id, cpuSpec, Optional.empty(), Optional.empty()))
                        .toList(),
                Optional.empty(),
                rootComplexes(),
                functions);
        Scenario scenario = new Scenario(
                1,
                title,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                KernelSpec.of(release(), inventory.host().cmdline()),
                fabric,
                Map.of(),
                ImmutableMap.of(VARIANT, new Variant(Optional.empty(), Optional.empty(), Optional.empty(), Map.of())),
                List.of(),
                Map.of());
        List<Note> all = new ArrayList<>(inventory.notes());
        all.addAll(notes.notes());
        return new ImportedMachine(scenario, all);
    }

    private KernelRelease release() {
        if (inventory.host().kernel().isEmpty()) {
            notes.add(Note.Kind.ASSUMED, "kernel %s, as no uname was captured".formatted(KernelRules.NEWEST), "");
            return KernelRules.NEWEST;
        }
        KernelRelease release = inventory.host().kernel().get();
        if (!release.atLeast(KernelRules.OLDEST)) {
            notes.add(
                    Note.Kind.CAUTION,
                    "kernel %s has no P2PDMA, which came with %s: the answers are those of %s"
                            .formatted(release, KernelRules.OLDEST, KernelRules.NEWEST),
                    "");
            return KernelRules.NEWEST;
        }
        return release;
    }

    private List<RootComplexSpec> rootComplexes() {
        Map<RootBus, Integer> nodes = new LinkedHashMap<>();
        TreeSet<RootBus> buses = new TreeSet<>();
        for (FoundFunction function : placement.functions()) {
            if (placement.above(function).isEmpty()) {
                buses.add(RootBus.of(function.address()));
            }
            function.numaNode().ifPresent(node -> nodes.putIfAbsent(placement.root(function), node));
        }
        IommuMode mode = iommu();
        return buses.stream()
                .map(bus -> new RootComplexSpec(
                        id(bus),
                        Optional.ofNullable(sockets.get(nodes.getOrDefault(bus, sockets.firstKey())))
                                .orElseThrow(),
                        "%04x:%02x".formatted(bus.domain(), bus.bus()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new IommuSpec(Optional.of(mode), Optional.empty())),
                        Optional.empty(),
                        OptionalLong.empty(),
                        List.of(),
                        List.of(),
                        List.of()))
                .toList();
    }

    private static String id(RootBus bus) {
        return "rc-%04x-%02x".formatted(bus.domain(), bus.bus());
    }

    /** Groups exist only where there is an IOMMU; the command line tells whether it translates by default. */
    private IommuMode iommu() {
        boolean groups = inventory.functions().stream()
                .anyMatch(function -> function.iommuGroup().isPresent());
        List<String> words = Splitter.on(' ')
                .omitEmptyStrings()
                .splitToList(inventory.host().cmdline().orElse(""));
        boolean passthrough = words.contains("iommu=pt") || words.contains("iommu.passthrough=1");
        if (groups) {
            if (!passthrough) {
                notes.add(
                        Note.Kind.ASSUMED, "the IOMMU translates: there are groups, and no iommu=pt was captured", "");
            }
            return passthrough ? IommuMode.IDENTITY : IommuMode.TRANSLATING;
        }
        notes.add(
                Note.Kind.NOT_KNOWN,
                "whether there is an IOMMU (no group was captured); taken as off. Verdicts from 5.4 on don't ask",
                "");
        return IommuMode.OFF;
    }

    private FunctionSpec spec(FoundFunction function) {
        return new FunctionSpec(
                function.address(),
                Optional.empty(),
                function.type(),
                function.id(),
                function.subsystem(),
                function.classCode().isPresent()
                        ? Optional.of("0x%06x".formatted(function.classCode().getAsInt()))
                        : Optional.empty(),
                function.type().isBridge() && placement.ownsBus(function)
                        ? function.secondaryBus()
                        : OptionalInt.empty(),
                below(function),
                function.acs().map(InventoryScenario::acs),
                false,
                false,
                function.type().hasLinkBelow() ? function.linkStatus().map(LinkSpec::of) : Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                withAddresses ? bars(function) : Map.of(),
                withAddresses ? windows(function) : List.of(),
                Optional.empty());
    }

    private Optional<String> below(FoundFunction function) {
        Optional<Bdf> bridge = placement.above(function);
        if (bridge.isEmpty() || placement.followsFromBus(function)) {
            return Optional.empty();
        }
        return bridge.map(Bdf::toString);
    }

    private static AcsSpec acs(Acs acs) {
        return new AcsSpec(
                Acs.bits(acs.capability()),
                acs.isKnown() || acs.control() != 0 ? Optional.of(Acs.bits(acs.control())) : Optional.empty(),
                Optional.empty(),
                Acs.bits(acs.notKnown()));
    }

    private Map<Integer, BarSpec> bars(FoundFunction function) {
        ImmutableMap.Builder<Integer, BarSpec> bars = ImmutableMap.builder();
        for (FoundBar bar : function.bars()) {
            if (bar.enabled() && bar.base() != 0 && isPlaced(bar)) {
                bars.put(
                        bar.index(),
                        new BarSpec(
                                bar.size().getAsLong(),
                                bar.prefetchable() && bar.is64Bit(),
                                OptionalLong.of(bar.base())));
            }
        }
        return bars.buildKeepingLast();
    }

    private static boolean isPlaced(FoundBar bar) {
        long size = bar.size().orElse(0);
        return bar.index() >= 0
                && bar.index() <= (bar.is64Bit() ? 4 : 5)
                && Long.bitCount(size) == 1
                && Long.compareUnsigned(size, 16) >= 0
                && (bar.base() & (size - 1)) == 0;
    }

    private static List<WindowSpec> windows(FoundFunction function) {
        return function.windows().stream()
                .map(window ->
                        new WindowSpec(window.range().base(), window.range().size(), window.prefetchable()))
                .toList();
    }
}
