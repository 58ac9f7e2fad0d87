package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.KernelRules;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PciFunction;

/** A fabric as a list of its functions: the same machine as a drawn tree, and as many ways to get it wrong. */
class ListedFunctionsTest {
    private static final String HEAD = """
            p2psim: 1
            title: A switch with two endpoints, and one on a port of its own
            kernel: { release: "5.15" }
            fabric:
              sockets:
                - { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } }
              root-complexes:
            """;
    private static final String TAIL = """
            devices:
              gpu0: { type: other, id: "1002:740c", bars: { 0: { size: 1MiB, base: 0xe0000000 } } }
              nic0: { type: other, id: "15b3:101b", bars: { 0: { size: 1MiB, base: 0xe0100000 } } }
              ssd0: { type: other, id: "144d:a80a", bars: { 0: { size: 1MiB, base: 0xe0200000 } } }
            variants:
              bare-metal: {}
            """;
    private static final String ACS = "acs: { cap: [SV, TB, RR, CR, UF], firmware: [RR] }";
    private static final String LIST = HEAD + """
                - { id: rc0, socket: s0, bus: "16", iommu: { mode: off } }
              functions:
                - { at: "16:00.0", type: host-bridge, id: "8086:2020" }
                - { at: "16:01.0", type: root-port, id: "8086:0a01", bus: "17" }
                - { at: "16:02.0", type: root-port, id: "8086:0a02", bus: "1b" }
                - { at: "17:00.0", type: upstream-port, id: "10b5:8796", bus: "18" }
                - { at: "18:00.0", type: downstream-port, id: "10b5:8796", bus: "19", ACS }
                - { at: "18:01.0", type: downstream-port, id: "10b5:8796", bus: "1a" }
                - { at: "19:00.0", type: endpoint, id: "1002:740c", device: gpu0 }
                - { at: "1a:00.0", type: endpoint, id: "15b3:101b", device: nic0 }
                - { at: "1b:00.0", type: endpoint, id: "144d:a80a", device: ssd0 }
            """.replace("ACS", ACS) + TAIL;
    private static final String TREE = HEAD + """
                - id: rc0
                  socket: s0
                  bus: "16"
                  host-bridge: { at: "00.0", id: "8086:2020" }
                  iommu: { mode: off }
                  windows: [ { base: 0xe0000000, size: 16MiB, prefetchable: false } ]
                  root-ports:
                    - id: rp0
                      at: "01.0"
                      pci-id: "8086:0a01"
                      switch:
                        id: sw0
                        pci-id: "10b5:8796"
                        downstream:
                          - { id: dp0, ACS, device: gpu0 }
                          - { id: dp1, device: nic0 }
                    - { id: rp1, at: "02.0", pci-id: "8086:0a02", device: ssd0 }
            """.replace("ACS", ACS) + TAIL;
    private static final List<String> ENDPOINTS = List.of("19:00.0", "1a:00.0", "1b:00.0");

    private static String list(String old, String replacement) {
        assertThat(LIST).contains(old);
        return LIST.replace(old, replacement);
    }

    private static P2pdma p2pdma(Plan plan) {
        return new P2pdma(plan.fabric(), plan.fabric().bootCpu(), KernelRules.of(plan.kernel()));
    }

    private static MapType mapType(String text, String provider, String client) {
        return p2pdma(Sketch.plan(text))
                .verdict(Bdf.parse(provider), Bdf.parse(client))
                .mapType();
    }

    /** Piece of the list, what stands there instead with ^ before the place of the problem, and the problem. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments(
                        "at: \"1a:00.0\"",
                        "at: ^\"19:00.0\"",
                        "fabric.functions[7].at: two functions have the address 0000:19:00.0 [duplicate-address]"),
                arguments(
                        "bus: \"1a\" }",
                        "bus: \"1a\" }\n    - { at: \"18:02.0\", type: downstream-port, id: \"10b5:8796\", bus: ^\"19\" }",
                        "fabric.functions[6].bus: bus 19 is already below 0000:18:00.0 [bus-numbers]"),
                arguments(
                        "bus: \"1a\" }",
                        "bus: \"1a\" }\n    - { at: \"18:02.0\", type: downstream-port, id: \"10b5:8796\", bus: ^\"16\" }",
                        "fabric.functions[6].bus: bus 16 is already below rc0 [bus-numbers]"),
                arguments(
                        "device: ssd0",
                        "device: ssd0, bus: ^\"1c\"",
                        "fabric.functions[8].bus: only bridges have a bus below them [bus-numbers]"),
                arguments(
                        "device: ssd0",
                        "device: ssd0, below: ^rc1",
                        "fabric.functions[8].below: \"rc1\" is neither a root complex nor the address of another"
                                + " bridge [below]"),
                arguments(
                        "device: ssd0",
                        "device: ssd0, below: ^\"1b:00.0\"",
                        "fabric.functions[8].below: \"1b:00.0\" is neither a root complex nor the address of another"
                                + " bridge [below]"),
                arguments(
                        "at: \"1b:00.0\"",
                        "at: ^\"1c:00.0\"",
                        "fabric.functions[8].at: no root complex and no bridge has bus 0000:1c; say below, or list the"
                                + " bridge [bus-numbers]"),
                arguments(
                        "device: ssd0",
                        "device: ^ssd1",
                        "fabric.functions[8].device: no device \"ssd1\" is declared; did you mean \"ssd0\"?"
                                + " [unknown-device]"),
                arguments(
                        "device: ssd0",
                        "device: ^nic0",
                        "fabric.functions[8].device: \"nic0\" is used twice; a function is in one place"
                                + " [device-used-twice]"),
                arguments(
                        "device: ssd0",
                        "bars: { 0: ^{ size: 1MiB } }",
                        "fabric.functions[8].bars[0]: a BAR of a listed function needs its base [bar]"),
                arguments(
                        "{ size: 1MiB, base: 0xe0200000 }",
                        "^{ size: 1MiB }",
                        "devices.ssd0.bars[0]: a BAR of a listed function needs its base [bar]"),
                arguments(
                        "device: ssd0",
                        "bars: { 0: { size: ^3MiB, base: 0x300000 } }",
                        "fabric.functions[8].bars[0].size: a BAR is a power of two, 16 bytes at least [bar]"),
                arguments(
                        "bus: \"1b\"",
                        "bus: \"1b\", windows: [ ^{ base: 0xfffffffffff00000, size: 2MiB, prefetchable: true } ]",
                        "fabric.functions[2].windows[0]: a window must end within the 64-bit address space [window]"),
                arguments(
                        "- { id: rc0, socket: s0, bus: \"16\", iommu: { mode: off } }",
                        "- ^{ id: rc0, socket: s0, bus: \"16\", iommu: { mode: off },"
                                + " host-bridge: { id: \"8086:2020\" } }",
                        "fabric.root-complexes[0]: draw a tree below it or list functions, not both in one file"
                                + " [fabric-form]"),
                arguments(
                        ACS,
                        "acs: ^{ cap: [RR], firmware: [RR], ctl: [RR] }",
                        "fabric.functions[4].acs: firmware and ctl: say what firmware leaves or what is in force, not"
                                + " both [acs]"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void oneMistakeIsOneProblemInItsPlace(String piece, String mistake, String problem) {
        Sketch.assertProblem(list(piece, mistake), problem);
    }

    @Test
    void bridgesThatAreBelowEachOtherAreSaid() {
        String text = list("bus: \"17\"", "bus: \"17\", below: \"18:01.0\"");
        assertThat(Sketch.read(text).problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem.message()).isEqualTo("these bridges are below each other"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0B", "0MiB"})
    void anEmptyWindowIsAProblem(String size) {
        Sketch.assertProblem(
                list(
                        "bus: \"1b\"",
                        "bus: \"1b\", windows: [ { base: 0xe0000000, size: ^%s, prefetchable: false } ]"
                                .formatted(size)),
                "fabric.functions[2].windows[0].size: a window has one byte at least [window]");
    }

    @Test
    void windowsMayEndWhereTheAddressSpaceDoes() {
        String window = "{ base: 0xfffffffffff00000, size: 1MiB, prefetchable: true }";
        PciFunction port = Sketch.plan(list("bus: \"1b\"", "bus: \"1b\", windows: [ " + window + ", " + window + " ]"))
                .fabric()
                .function(Bdf.parse("16:02.0"));
        assertThat(port.windows())
                .hasSize(2)
                .allMatch(forwarded -> forwarded.range().last() == -1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.20", "5.3", "5.15", "5.19", "6.12", "7.1"})
    void theListAndTheTreeOfOneMachineGiveTheSameVerdicts(String release) {
        P2pdma listed = p2pdma(Sketch.plan(LIST.replace("5.15", release)));
        P2pdma drawn = p2pdma(Sketch.plan(TREE.replace("5.15", release)));
        for (String provider : ENDPOINTS) {
            for (String client : ENDPOINTS) {
                assertThat(listed.verdict(Bdf.parse(provider), Bdf.parse(client))
                                .answer())
                        .as("%s to %s", provider, client)
                        .isEqualTo(drawn.verdict(Bdf.parse(provider), Bdf.parse(client))
                                .answer());
            }
        }
    }

    @Test
    void whatFirmwareLeavesIsInForceWhereTheKernelAddsNothing() {
        for (String bits : List.of("[]", "[RR]", "[SV, TB, RR, CR, UF]")) {
            Acs firmware = acs(ACS.replace("[RR]", bits));
            Acs control = acs(ACS.replace("firmware: [RR]", "ctl: " + bits));
            assertThat(firmware).as(bits).isEqualTo(control);
        }
    }

    private static Acs acs(String acs) {
        return Sketch.plan(list(ACS, acs))
                .fabric()
                .function(Bdf.parse("18:00.0"))
                .acs()
                .orElseThrow();
    }

    /**
     * drivers/pci/p2pdma.c, pci_host_bridge_dev(): whatever is at 00.0 up to 5.13, then the first of the root bus's list
     * if it is at 00.0, from 5.19 on also if it is a root port. The first root port here is not on the allowlist.
     */
    @Test
    void theFirstFunctionOfARootBusStandsForTheHostBridge() {
        String hostBridge = "    - { at: \"16:00.0\", type: host-bridge, id: \"8086:2020\" }\n";
        String last = list(hostBridge, "").replace("devices:\n", hostBridge + "devices:\n");
        for (String release : List.of("5.8", "5.13")) {
            assertThat(mapType(last.replace("5.15", release), "1b:00.0", "1a:00.0"))
                    .as(release)
                    .isEqualTo(MapType.THRU_HOST_BRIDGE);
        }
        for (String release : List.of("5.14", "5.19", "6.12")) {
            assertThat(mapType(last.replace("5.15", release), "1b:00.0", "1a:00.0"))
                    .as(release)
                    .isEqualTo(MapType.NOT_SUPPORTED);
            assertThat(mapType(LIST.replace("5.15", release), "1b:00.0", "1a:00.0"))
                    .as(release)
                    .isEqualTo(MapType.THRU_HOST_BRIDGE);
        }
    }
}
