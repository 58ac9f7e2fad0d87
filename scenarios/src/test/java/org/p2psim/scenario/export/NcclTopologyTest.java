package org.p2psim.scenario.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.Socket;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.export.NcclReader.Element;
import org.p2psim.scenario.export.NcclReader.PathType;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.virtual.GuestView;
import org.p2psim.virtual.VirtualMachine;
import org.p2psim.virtual.VirtualMachine.MachineType;

class NcclTopologyTest {
    private static final String NESTED = """
            p2psim: 1
            title: Switches below a switch, on two root complexes of one socket
            kernel: { release: "6.1" }
            fabric:
              sockets: [ { id: s0, cpu: { vendor: AuthenticAMD, family: 23, model: 49 } } ]
              root-complexes:
                - id: rc0
                  socket: s0
                  bus: "0000:40"
                  root-ports:
                    - id: rp0
                      link: gen5 x16
                      switch:
                        id: outer
                        downstream:
                          - { id: dp0, link: gen4 x8, device: gpu0 }
                          - id: dp1
                            switch: { id: inner, downstream: [ { id: dp2, device: gpu1 }, { id: dp3, device: nic0 } ] }
                          - { id: dp4, device: ssd0 }
                    - { id: rp1, device: [nic1, nic2] }
                - id: rc1
                  socket: s0
                  bus: "0000:80"
                  root-ports: [ { id: rp2, bridge: { id: br, devices: [old0, old1] } } ]
                  integrated-endpoints: [ { device: gpu2 } ]
            devices:
              gpu0: { type: gpu }
              gpu1: { type: gpu }
              gpu2: { type: gpu }
              nic0: { type: rdma-nic }
              nic1: { type: rdma-nic }
              nic2: { type: rdma-nic }
              old0: { type: gpu }
              old1: { type: rdma-nic }
              ssd0: { type: nvme }
            variants: { host: {} }
            timeline: []
            expect: {}
            """;

    private static Element read(Plan plan) throws ExportException {
        return NcclReader.read(NcclTopology.of(plan.fabric(), guest(plan), ClassCodes.of(plan)));
    }

    private static Optional<GuestView> guest(Plan plan) {
        return plan.virtualMachine().map(machine -> GuestView.of(plan.fabric(), machine));
    }

    /** How near NCCL takes two devices to be, where NCCL runs: in the guest if there is one. */
    private static PathType path(Plan plan, String first, String second) throws ExportException {
        Element system = read(plan);
        return NcclReader.path(system.leaf(address(plan, first)), system.leaf(address(plan, second)));
    }

    private static String address(Plan plan, String device) {
        return Optional.ofNullable(addresses(plan).get(device)).orElseThrow();
    }

    /** Where NCCL finds the devices. */
    private static Map<String, String> addresses(Plan plan) {
        Optional<GuestView> guest = guest(plan);
        Map<String, String> addresses = new HashMap<>();
        plan.addresses()
                .forEach((device, host) -> addresses.put(
                        device,
                        guest.flatMap(view -> view.guestAddress(host))
                                .orElse(host)
                                .toString()));
        return addresses;
    }

    @ParameterizedTest
    @CsvSource({
        "gaudi-rdma, bare-metal, gaudi0, nic0, PIX",
        "gaudi-rdma, vm, gaudi0, nic0, PIX",
        "same-switch-acs, redirect-on, gaudi0, nic0, PIX",
        "two-sockets, skylake, gaudi0, nic0, PHB",
        "two-sockets, skylake, gaudi0, nic1, SYS",
        "vm-zen, host, gaudi0, nic0, PHB",
        "vm-zen, vm-amd, gaudi0, nic0, PHB",
    })
    void ncclSeesHowNearTheDevicesOfAShippedScenarioAre(
            String scenario, String variant, String first, String second, PathType path) throws ExportException {
        assertThat(path(Machines.shipped(scenario, variant), first, second)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "gpu1, nic0, PIX",
        "gpu0, gpu1, PXB",
        "gpu0, nic0, PXB",
        "gpu0, nic1, PHB", // two root ports of one root complex
        "nic1, nic2, PHB", // functions of one device: NCCL goes by switches
        "gpu0, old0, PHB", // two root complexes of one socket
        "old0, old1, PIX",
        "gpu2, old0, PHB",
    })
    void nestedSwitchesAndRootComplexes(String first, String second, PathType path) throws ExportException {
        assertThat(path(Machines.read("nested", NESTED, "host"), first, second)).isEqualTo(path);
    }

    @Test
    void switchesAreThereByTheirUpstreamPortAndRootPortsNotAtAll() throws ExportException {
        Element system = read(Machines.read("nested", NESTED, "host"));
        Element cpu = system.below().get(0);
        assertThat(cpu.below())
                .extracting(pci -> pci.attribute("busid"))
                .containsExactly("0000:41:00.0", "0000:49:00.0", "0000:49:00.1", "0000:80:02.0", "0000:81:00.0");
        assertThat(cpu.below().get(0).below())
                .extracting(pci -> pci.attribute("busid") + " " + pci.attribute("class"))
                .containsExactly("0000:43:00.0 0x030200", "0000:44:00.0 0x060400");
    }

    @Test
    void aLinkIsTheOneAboveTheFunction() throws ExportException {
        Element cpu = read(Machines.read("nested", NESTED, "host")).below().get(0);
        Element outer = cpu.below().get(0);
        // Strings that NCCL knows: kvDictPciGen in topo.cc.
        assertThat(outer.attributes())
                .containsEntry("link_speed", "32.0 GT/s PCIe")
                .containsEntry("link_width", "16");
        assertThat(outer.below().get(0).attributes())
                .containsEntry("link_speed", "16.0 GT/s PCIe")
                .containsEntry("link_width", "8");
        Element integrated = cpu.leaf("0000:80:02.0");
        assertThat(integrated.attributes()).doesNotContainKeys("link_speed", "link_width");
    }

    @ParameterizedTest
    @CsvSource({
        // As NCCL dumps on these CPUs have them: Rome, Milan and Genoa, Skylake-SP, Turin.
        "AuthenticAMD, 23, 49, 143, 49",
        "AuthenticAMD, 25, 1, 175, 1",
        "GenuineIntel, 6, 85, 6, 85",
        "AuthenticAMD, 26, 2, 191, 2",
        "AuthenticAMD, 15, 6, 15, 6",
    })
    void familyAndModelAreNcclsSums(String vendor, int family, int model, String familyId, String modelId)
            throws ExportException {
        Element cpu = NcclReader.read(NcclTopology.of(
                        oneGpu(new Cpu(vendor, family, model), "gpu"),
                        Optional.empty(),
                        any -> OptionalInt.of(0x030000)))
                .below()
                .get(0);
        assertThat(cpu.attributes())
                .containsEntry("arch", "x86_64")
                .containsEntry("vendor", vendor)
                .containsEntry("familyid", familyId)
                .containsEntry("modelid", modelId)
                .doesNotContainKey("affinity");
    }

    @Test
    void onArmNcclHasNoVendor() throws ExportException {
        Element cpu = NcclReader.read(NcclTopology.of(
                        oneGpu(new Cpu("ARM", 0, 0), "gpu"), Optional.empty(), any -> OptionalInt.of(0x030200)))
                .below()
                .get(0);
        assertThat(cpu.attributes())
                .containsOnlyKeys("numaid", "arch")
                .containsEntry("numaid", "0")
                .containsEntry("arch", "arm64");
    }

    @Test
    void inAGuestSwitchesHaveAddressesThatNothingElseHas() throws ExportException {
        Plan plan = Machines.allPassedThrough(Machines.read("nested", NESTED, "host"), MachineType.Q35);
        Element cpu = read(plan).below().get(0);
        Element outer = cpu.below().get(0);
        assertThat(outer.attribute("busid")).isEqualTo("ffff:ff:00.0");
        assertThat(outer.below().get(1).attribute("busid")).isEqualTo("ffff:ff:00.1");
        assertThat(cpu.leaves())
                .extracting(leaf -> leaf.attribute("busid"))
                .isSubsetOf(Stream.iterate(1, bus -> bus + 1)
                        .limit(9)
                        .map("0000:%02x:00.0"::formatted)
                        .toList());
    }

    @Test
    void whatTheGuestDoesNotGetIsNotInItsFile() throws ExportException {
        Plan host = Machines.read("nested", NESTED, "host");
        Bdf gpu1 = Optional.ofNullable(host.addresses().get("gpu1")).orElseThrow();
        Plan plan = host.with(
                new VirtualMachine(MachineType.I440FX, List.of(gpu1), Machines.SKYLAKE, KernelRelease.parse("6.1")));
        Element system = read(plan);
        assertThat(system.leaves()).extracting(leaf -> leaf.attribute("busid")).containsExactly("0000:00:02.0");
        // Its way up has both switches still.
        assertThat(system.below().get(0).below().get(0).below()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyMachinesPairsAreAsFarAsItsTreeSays(long seed) throws ExportException {
        Plan plan = Machines.read("random", randomMachine(new SplittableRandom(seed)), "host");
        Plan guest = Machines.allPassedThrough(plan, MachineType.Q35);
        Element onHost = read(plan);
        Element inGuest = read(guest);
        Map<String, String> hostAddresses = addresses(plan);
        Map<String, String> guestAddresses = addresses(guest);
        assertThat(onHost.leaves()).as("seed " + seed).hasSizeGreaterThan(1).hasSameSizeAs(hostAddresses.keySet());
        hostAddresses.forEach((a, aOnHost) -> hostAddresses.forEach((b, bOnHost) -> {
            if (!a.equals(b)) {
                PathType expected = path(plan.fabric(), Bdf.parse(aOnHost), Bdf.parse(bOnHost));
                String as = "seed %d: %s, %s".formatted(seed, a, b);
                assertThat(NcclReader.path(onHost.leaf(aOnHost), onHost.leaf(bOnHost)))
                        .as(as)
                        .isEqualTo(expected);
                Element aInGuest = inGuest.leaf(String.valueOf(guestAddresses.get(a)));
                Element bInGuest = inGuest.leaf(String.valueOf(guestAddresses.get(b)));
                assertThat(NcclReader.path(aInGuest, bInGuest)).as(as).isEqualTo(expected);
            }
        }));
    }

    /** By counting the switches of the fabric between two functions. */
    private static PathType path(Fabric fabric, Bdf first, Bdf second) {
        PciFunction a = fabric.function(first);
        PciFunction b = fabric.function(second);
        if (!fabric.hostBridge(a).socket().equals(fabric.hostBridge(b).socket())) {
            return PathType.SYS;
        }
        List<PciFunction> aboveA = switches(fabric, a);
        List<PciFunction> aboveB = switches(fabric, b);
        List<PciFunction> common = new ArrayList<>(aboveA);
        common.retainAll(aboveB);
        if (common.isEmpty()) {
            return PathType.PHB;
        }
        int switches = aboveA.size() + aboveB.size() - 2 * common.size() + 1;
        return switches == 1 ? PathType.PIX : PathType.PXB;
    }

    private static List<PciFunction> switches(Fabric fabric, PciFunction function) {
        return fabric.wayUp(function).stream()
                .filter(above -> above.type() == PortType.UPSTREAM_PORT)
                .toList();
    }

    private static String randomMachine(SplittableRandom random) {
        StringBuilder yaml = new StringBuilder("""
                p2psim: 1
                title: Random
                kernel: { release: "6.1" }
                fabric:
                  sockets:
                    - { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } }
                    - { id: s1, cpu: { vendor: GenuineIntel, family: 6, model: 85 } }
                  root-complexes:
                """);
        int[] devices = {0};
        for (int rc = 0; rc < 3; rc++) {
            yaml.append("    - { id: rc%d, socket: s%d, bus: \"%x0\", root-ports: ["
                    .formatted(rc, random.nextInt(2), 1 + 5 * rc));
            int ports = 1 + random.nextInt(3);
            for (int i = 0; i < ports; i++) {
                yaml.append(port(random, 0, devices)).append(", ");
            }
            yaml.append("] }\n");
        }
        yaml.append("devices:\n");
        for (int i = 0; i < devices[0]; i++) {
            yaml.append("  d%d: { type: %s }\n".formatted(i, random.nextBoolean() ? "gpu" : "rdma-nic"));
        }
        return yaml.append("variants: { host: {} }\ntimeline: []\nexpect: {}\n").toString();
    }

    private static String port(SplittableRandom random, int depth, int[] devices) {
        int number = devices[0];
        if (depth == 3 || random.nextInt(2) == 0) {
            devices[0]++;
            return "{ id: p%d, device: d%d }".formatted(number, number);
        }
        StringBuilder ports = new StringBuilder();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            ports.append(port(random, depth + 1, devices)).append(", ");
        }
        return "{ id: up%d-%d, switch: { id: sw%d-%d, downstream: [%s] } }"
                .formatted(depth, number, depth, number, ports);
    }

    @Test
    void namesOfDumpsMayHoldAnything() throws ExportException {
        String text = NcclTopology.of(
                oneGpu(Machines.SKYLAKE, "a ---> <pci busid=\"1\"/> & \n\t\0 ---"),
                Optional.empty(),
                any -> OptionalInt.of(0x030200));
        assertThat(NcclReader.read(text).leaves()).hasSize(1);
        assertThat(text)
                .contains("a - - -> <pci busid=\"1\"/> & \\u{a}\\u{9}\\u{0} - - -")
                .endsWith("</system>\n");
        assertThat(text.replace("<!--", "").replace("-->", ""))
                .doesNotContain("--")
                .doesNotContain("\t");
    }

    @Test
    void aMachineWithoutGpuOrNicIsRefused() {
        Fabric fabric = oneGpu(Machines.SKYLAKE, "ssd");
        assertThatThrownBy(() -> NcclTopology.of(fabric, Optional.empty(), any -> OptionalInt.of(0x010802)))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("in this machine");
        assertThatThrownBy(() -> NcclTopology.of(fabric, Optional.empty(), any -> OptionalInt.empty()))
                .isInstanceOf(ExportException.class);
    }

    @Test
    void moreThanNcclReadsIsRefused() throws ExportException {
        // One system and one cpu element leave 254.
        Plan most = Machines.gpus(254);
        assertThat(read(most).leaves()).hasSize(254);
        assertThatThrownBy(() -> read(Machines.gpus(255)))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("257")
                .hasMessageContaining("256");
    }

    private static Fabric oneGpu(Cpu cpu, String name) {
        return Fabric.of(
                List.of(new Socket("s0", cpu)),
                List.of(new HostBridge("rc0", "s0", 0, 0, IommuMode.OFF, 0, 64, List.of())),
                List.of(PciFunction.of(
                                new Bdf(0, 0, 1, 0),
                                DeviceId.NOT_KNOWN,
                                PortType.RC_INTEGRATED_ENDPOINT,
                                Optional.empty(),
                                -1,
                                Optional.empty())
                        .named(name)));
    }
}
