package org.p2psim.scenario.inventory.lspci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.ListMultimap;
import com.google.common.primitives.Bytes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.KernelRuns;
import org.p2psim.scenario.inventory.host.HostFactsReader;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

/** Readings of 64 recorded machines against what the kernel says of them in sysfs, and against its p2p answers. */
class KernelRunsTest {
    static List<String> runs() {
        return KernelRuns.names();
    }

    private static HostFacts host(String run) throws InventoryException {
        HostFacts facts = HostFacts.NONE;
        for (String file : List.of("cmdline", "cpuinfo.txt", "uname.txt")) {
            facts = facts.or(HostFactsReader.read(file, KernelRuns.bytes(run, file)));
        }
        return facts;
    }

    private static Inventory text(String run) throws InventoryException {
        return LspciReader.read("lspci-vvv.txt", KernelRuns.bytes(run, "lspci-vvv.txt"), host(run));
    }

    private static Inventory config(String run) throws InventoryException {
        return LspciReader.read("lspci-xxxx.txt", KernelRuns.bytes(run, "lspci-xxxx.txt"), host(run));
    }

    private static Inventory both(String run) throws InventoryException {
        byte[] dump = Bytes.concat(
                KernelRuns.bytes(run, "lspci-vvv.txt"), new byte[] {'\n'}, KernelRuns.bytes(run, "lspci-xxxx.txt"));
        return LspciReader.read("both.txt", dump, host(run));
    }

    /** What text and configuration space both show; a virtual function's BARs are in text only. */
    private static List<Object> sharedFacts(FoundFunction function, boolean virtual) {
        return List.of(
                function.type(),
                function.secondaryBus(),
                function.subordinateBus(),
                function.acs(),
                function.ats(),
                function.linkCapability(),
                function.linkStatus(),
                function.mps(),
                function.mrrs(),
                function.windows(),
                ImmutableSortedSet.copyOf(function.capabilities()),
                virtual
                        ? List.of()
                        : function.bars().stream()
                                .map(bar -> List.of(
                                        bar.index(), bar.base(), bar.prefetchable(), bar.is64Bit(), bar.enabled()))
                                .toList());
    }

    private static boolean isVirtual(String run, Bdf address) {
        return run.endsWith("o22-nvme-sriov") && address.toString().matches("0000:01:00\\.[12]");
    }

    @ParameterizedTest
    @MethodSource("runs")
    void textAndConfigurationSpaceAgree(String run) throws InventoryException {
        Inventory config = config(run);
        for (FoundFunction function : text(run).functions()) {
            boolean virtual = isVirtual(run, function.address());
            assertThat(sharedFacts(function, virtual))
                    .as(function.address().toString())
                    .isEqualTo(sharedFacts(Dumps.function(config, function.address()), virtual));
        }
        assertThat(text(run).functions()).hasSameSizeAs(config.functions());
    }

    @ParameterizedTest
    @MethodSource("runs")
    void togetherTheyAreNoContradiction(String run) throws InventoryException {
        Inventory both = both(run);
        Inventory config = config(run);
        for (FoundFunction function : both.functions()) {
            FoundFunction alone = Dumps.function(config, function.address());
            assertThat(function.acs())
                    .as(function.address().toString())
                    .isEqualTo(run.contains("i440fx") ? Optional.empty() : alone.acs());
            assertThat(function.id()).isEqualTo(alone.id());
            assertThat(function.bars()).allMatch(bar -> bar.size().isPresent());
        }
        assertThat(both.notes()).noneMatch(note -> note.text().contains("differ"));
        assertThat(both.complete()).isTrue();
    }

    /** As {@code lspci -vvv -xxxx} prints it: each device's text, then its bytes. */
    @ParameterizedTest
    @MethodSource("runs")
    void interleavedTheyReadLikeOneAfterTheOther(String run) throws InventoryException {
        List<String> text = devices(KernelRuns.text(run, "lspci-vvv.txt"));
        List<String> config = devices(KernelRuns.text(run, "lspci-xxxx.txt"));
        StringBuilder dump = new StringBuilder();
        for (int i = 0; i < text.size(); i++) {
            dump.append(text.get(i))
                    .append(
                            config.get(i),
                            config.get(i).indexOf('\n'),
                            config.get(i).length());
            dump.append("\n\n");
        }
        assertThat(Dumps.read(dump.toString(), host(run)).functions())
                .isEqualTo(both(run).functions());
    }

    private static List<String> devices(String listing) {
        return Splitter.on("\n\n").omitEmptyStrings().splitToList(listing);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void idsClassesAndTreeAreTheKernels(String run) throws InventoryException {
        Inventory inventory = both(run);
        List<List<String>> devices = KernelRuns.table(run, "sysfs.tsv");
        assertThat(inventory.functions()).hasSameSizeAs(devices);
        for (List<String> device : devices) {
            FoundFunction function = Dumps.function(inventory, device.get(0));
            assertThat(function.classCode()).hasValue(Integer.decode(device.get(1)));
            assertThat(function.id())
                    .isEqualTo(new DeviceId(Integer.decode(device.get(2)), Integer.decode(device.get(3))));
            assertThat(function.driver().orElse("")).isEqualTo(device.get(10));
            String[] path = device.get(12).split("/", -1);
            String above = path[path.length - 2];
            assertThat(parent(function, inventory.functions())
                            .map(Bdf::toString)
                            .orElse("root"))
                    .isEqualTo(above.startsWith("pci") ? "root" : above);
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void iommuGroupsAndLinksAreTheKernels(String run) throws InventoryException {
        Inventory inventory = both(run);
        for (List<String> device : KernelRuns.table(run, "sysfs.tsv")) {
            FoundFunction function = Dumps.function(inventory, device.get(0));
            String group = function.iommuGroup().isPresent()
                    ? String.valueOf(function.iommuGroup().getAsInt())
                    : "";
            assertThat(group).isEqualTo(device.get(5));
            assertThat(function.linkStatus()).isEqualTo(link(device.get(6), device.get(7)));
            assertThat(function.linkCapability()).isEqualTo(link(device.get(8), device.get(9)));
        }
    }

    private static Optional<Link> link(String speed, String width) {
        List<String> speeds = List.of("2.5 GT/s PCIe", "5.0 GT/s PCIe", "8.0 GT/s PCIe", "16.0 GT/s PCIe");
        return speeds.contains(speed) && !width.equals("0")
                ? Optional.of(new Link(speeds.indexOf(speed) + 1, Integer.parseInt(width)))
                : Optional.empty();
    }

    /** Lines 0 to 5 of a resource file are BARs, 14 and 15 a bridge's windows (include/linux/pci.h). */
    @ParameterizedTest
    @MethodSource("runs")
    void barsAndWindowsAreTheKernels(String run) throws InventoryException {
        ListMultimap<Bdf, String> resources = resources(run);
        for (FoundFunction function : both(run).functions()) {
            List<String> lines = resources.get(function.address());
            Set<String> bars = new LinkedHashSet<>();
            for (int i = 0; i < 6; i++) {
                memory(i, lines.get(i)).ifPresent(bars::add);
            }
            assertThat(function.bars().stream().map(KernelRunsTest::shown))
                    .as(function.address().toString())
                    .containsExactlyElementsOf(bars);
            Set<String> windows = new LinkedHashSet<>();
            for (int i = 14; i < Math.min(16, lines.size()); i++) {
                memory(-1, lines.get(i)).ifPresent(windows::add);
            }
            assertThat(function.windows().stream()
                            .map(window -> "-1 0x%016x-0x%016x %s"
                                    .formatted(
                                            window.range().base(),
                                            window.range().last(),
                                            window.prefetchable())))
                    .containsExactlyElementsOf(windows);
        }
    }

    private static String shown(FoundBar bar) {
        return "%d 0x%016x-0x%016x %s"
                .formatted(bar.index(), bar.base(), bar.base() + bar.size().orElse(0) - 1, bar.prefetchable());
    }

    /** IORESOURCE_MEM is 0x200, IORESOURCE_PREFETCH 0x2000 (include/linux/ioport.h). */
    private static Optional<String> memory(int index, String line) {
        String[] fields = line.split(" ", -1);
        long flags = Long.decode(fields[2]);
        return (flags & 0x200) == 0
                ? Optional.empty()
                : Optional.of("%d %s-%s %s".formatted(index, fields[0], fields[1], (flags & 0x2000) != 0));
    }

    private static ListMultimap<Bdf, String> resources(String run) {
        ListMultimap<Bdf, String> resources = ArrayListMultimap.create();
        Bdf current = new Bdf(0, 0, 0, 0);
        for (String line : KernelRuns.text(run, "resources.txt").lines().toList()) {
            if (line.startsWith("0x")) {
                resources.put(current, line);
            } else {
                current = Bdf.parse(line.strip());
            }
        }
        return resources;
    }

    private static Optional<Bdf> parent(FoundFunction function, List<FoundFunction> all) {
        OptionalInt bus = OptionalInt.of(function.address().bus());
        return function.upstreamBridge()
                .or(() -> all.stream()
                        .filter(bridge -> bridge.secondaryBus().equals(bus))
                        .map(FoundFunction::address)
                        .findFirst());
    }

    @Test
    void underNommconfTheKernelSeesNoAcs() throws InventoryException {
        for (String run : List.of("6.12.107-o25-nommconf", "7.2.12-o25-nommconf")) {
            for (Inventory inventory : List.of(text(run), config(run), both(run))) {
                assertThat(inventory.functions())
                        .allMatch(function -> function.acs().isEmpty());
                assertThat(inventory.functions())
                        .allMatch(function -> function.ats().equals(Optional.of(false)));
                assertThat(inventory.notes()).anyMatch(note -> note.text().contains("pci=nommconf"));
            }
        }
    }

    @Test
    void withoutTheCommandLineNobodyKnowsWhy256BytesWereDumped() throws InventoryException {
        byte[] dump = KernelRuns.bytes("7.2.12-o25-nommconf", "lspci-xxxx.txt");
        Inventory inventory = LspciReader.read("dump", dump);
        assertThat(Dumps.function(inventory, "00:02.0").acs().orElseThrow().isKnown())
                .isFalse();
        assertThat(Dumps.function(inventory, "00:1f.2").acs()).isEmpty();
    }

    @Test
    void switchPortsAreToldApart() throws InventoryException {
        Inventory inventory = config("7.2.12-o05-switch");
        assertThat(Dumps.function(inventory, "00:00.0").type()).isEqualTo(PortType.HOST_BRIDGE);
        assertThat(Dumps.function(inventory, "00:02.0").type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(Dumps.function(inventory, "01:00.0").type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(Dumps.function(inventory, "02:00.0").type()).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(Dumps.function(inventory, "03:00.0").type()).isEqualTo(PortType.ENDPOINT);
        assertThat(Dumps.function(inventory, "00:1f.0").type()).isEqualTo(PortType.LEGACY_ENDPOINT);
    }
}
