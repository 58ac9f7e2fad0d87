package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user reads after a mistake in the sketch. */
class ProblemsTest {
    private static final String DP1 = "- { id: dp1, acs: { cap: [SV, TB, RR, CR, UF], firmware: [] }, device: nic0 }";

    private static final String TRAFFIC =
            "  - { at: 0ns, do: traffic, from: nic0, to: gaudi0, direction: read, size: 1MiB, ";

    /** Piece of the sketch, what stands there instead with ^ before the place of the problem, and the problem. */
    static Stream<Arguments> mistakes() {
        return Stream.of(
                // structure
                arguments(
                        "link: { gen: 4, width: x16 }\n          switch",
                        "link: ^gen7 x16\n          switch",
                        "fabric.root-complexes[0].root-ports[0].link: \"gen7 x16\": PCIe generation must be"
                                + " 1 to 6, not 7; did you mean \"gen6 x16\"? [pattern]"),
                arguments(
                        "gen: 4, width: x16 }\n          switch",
                        "gen: ^7, width: x16 }\n          switch",
                        "fabric.root-complexes[0].root-ports[0].link.gen: 7 is too large; 6 at most, as in"
                                + " 4 [maximum]"),
                arguments(
                        "mode: off",
                        "mode: ^translate",
                        "fabric.root-complexes[0].iommu.mode: \"translate\" is not one of off, identity,"
                                + " translating; did you mean \"translating\"? [enum]"),
                arguments(
                        "iommu: {",
                        "^iomu: {",
                        "fabric.root-complexes[0].iomu: unknown key; allowed here: id, socket, bus,"
                                + " profile, host-bridge, iommu, p2p, memory-bandwidth, windows, root-ports, integrated-endpoints; did you mean"
                                + " \"iommu\"? [unknown-key]"),
                arguments(
                        "size: 64MiB }\n  - { at: 1us",
                        "size: ^64 }\n  - { at: 1us",
                        "timeline[0].size: 64 needs a unit (write it as in 64MiB or 256B) [type]"),
                arguments(
                        "size: 64MiB }\n  - { at: 1us",
                        "size: 64MiB }\n" + TRAFFIC + "request: ^4K }\n  - { at: 1us",
                        "timeline[1].request: \"4K\" is not a size; write a whole number and B, KiB, MiB, GiB or TiB,"
                                + " as in 64MiB; or write keys, as in {min: 64B, max: 4KiB} [pattern]"),
                arguments(
                        "size: 64MiB }\n  - { at: 1us",
                        "size: 64MiB }\n" + TRAFFIC + "request: ^64 }\n  - { at: 1us",
                        "timeline[1].request: 64 needs a unit (write it as in 64B); or write keys, as in"
                                + " {min: 64B, max: 4KiB} [type]"),
                arguments(
                        "- id: rc0\n      socket: s0\n",
                        "- ^id: rc0\n",
                        "fabric.root-complexes[0]: missing key \"socket\": Id of the socket it belongs to."
                                + " [missing-key]"),
                arguments(
                        "do: export,",
                        "do: ^exprt,",
                        "timeline[0].do: \"exprt\" is none of 66 known names; did you mean \"export\"? [enum]"),
                arguments(
                        "{ mr: mr0, is: registered }",
                        "{ mr: mr0, is: ^register }",
                        "expect.bare-metal[1].is: \"register\" is not one of registered, active, zapped,"
                                + " revoked, refused, deregistered; did you mean \"registered\"? [enum]"),
                arguments(
                        "{ mr: mr0, is: registered }",
                        "^{ m: mr0, is: registered }",
                        "expect.bare-metal[1]: an expectation is about one of p2p, mr, qp, dma-buf, attachment,"
                                + " handle, device, dma, broken, operation, order, count, sg, no-invariant-broken [not-allowed]"),
                arguments(
                        "importer: pinned, ",
                        "dram: ^{ base: 0x0, size: 1GiB }, ",
                        "devices.nic0.dram: only a habanalabs device has dram [not-allowed]"),
                arguments(
                        "\"1da3:1000\"",
                        "^1da3",
                        "devices.gaudi0.id: \"1da3\" is not a vendor:device id; it looks like 8086:2020"
                                + " [pattern]"),
                arguments(
                        "at: 1us,",
                        "at: ^1 hour,",
                        "timeline[1].at: \"1 hour\" is not a time; write a number and ps, ns, us, ms or s,"
                                + " as in 105ns [pattern]"),
                arguments("p2psim: 1\n", "p2psim: ^2\n", "p2psim: must be 1, not 2 [enum]"),
                arguments("at: 1us,", "at: ^9999s,", "timeline[1].at: \"9999s\" is longer than an hour [value]"),
                arguments("at: 1us,", "at: ^0.01ps,", "timeline[1].at: \"0.01ps\" is finer than 1/16 ps [value]"),
                arguments(
                        "link: { gen: 4, width: x16 }\n          switch",
                        "link: { gen: 4, width: x16, error-rate: ^1 }\n          switch",
                        "fabric.root-complexes[0].root-ports[0].link.error-rate: 1 is not below 1; a probability is 0,"
                                + " or from 1e-9 up to 0.999999999 [maximum]"),
                // YAML itself
                arguments(
                        "kernel: {",
                        "^title: again\nkernel: {",
                        "title: duplicate key; the first one is on line 2 [duplicate-key]"),
                // references
                arguments(
                        "device: nic0 }",
                        "device: ^nic1 }",
                        "fabric.root-complexes[0].root-ports[0].switch.downstream[1].device: no device"
                                + " \"nic1\" is declared; did you mean \"nic0\"? [unknown-device]"),
                arguments(
                        "socket: s0\n",
                        "socket: ^s1\n",
                        "fabric.root-complexes[0].socket: no socket \"s1\"; did you mean \"s0\"?"
                                + " [unknown-socket]"),
                arguments(
                        "{ id: dp1,",
                        "{ id: ^dp0,",
                        "fabric.root-complexes[0].root-ports[0].switch.downstream[1].id: \"dp0\" is taken"
                                + " already, by a port [duplicate-id]"),
                arguments(
                        "{ id: dp1,",
                        "^{ id: dp1, at: \"00.0\",",
                        "fabric.root-complexes[0].root-ports[0].switch.downstream[1]: \"dp0\" and \"dp1\""
                                + " both have 00.0 on their bus [duplicate-address]"),
                arguments(
                        DP1,
                        DP1.replace("nic0", "^gaudi0"),
                        "fabric.root-complexes[0].root-ports[0].switch.downstream[1].device: \"gaudi0\" is"
                                + " used twice; a function is in one place [device-used-twice]"),
                arguments(
                        "nic: nic0, dma-buf: buf",
                        "nic: nic0, dma-buf: ^bof",
                        "timeline[1].dma-buf: dma-buf \"bof\" is never exported; did you mean \"buf\"?"
                                + " [unknown-name]"),
                arguments(
                        "from: gaudi0",
                        "from: ^nic0",
                        "timeline[0].from: \"nic0\" cannot export; a habanalabs device, a gpu, or a device that a user"
                                + " has through vfio can [no-exporter]"),
                arguments(
                        "nic0], vcpu: { vendor: GenuineIntel, family: 6 }, kernel: \"5.15\" } }\ntimeline:\n"
                                + "  - { at: 0ns,   do: export,   dma-buf: buf, from: gaudi0, address: 0x24000000, size: 64MiB }\n"
                                + "  - { at: 1us,   do: register-mr, mr: mr0, nic: nic0",
                        "] } }\ntimeline:\n"
                                + "  - { at: 0ns,   do: export,   dma-buf: buf, from: gaudi0, address: 0x24000000, size: 64MiB }\n"
                                + "  - { at: 1us,   do: register-mr, mr: mr0, nic: ^nic0",
                        "timeline[1].nic: the timeline runs in the virtual machine, which doesn't have"
                                + " \"nic0\"; pass it through [not-passed-through]"),
                arguments(
                        "  vm:         [ { p2p",
                        "  ^wm:         [ { p2p",
                        "expect.wm: no variant \"wm\"; did you mean \"vm\"? [unknown-variant]"),
                // a machine that cannot be
                arguments(
                        "4: { size: 32GiB,",
                        "4: { size: ^33GiB,",
                        "devices.gaudi0.bars[4].size: a BAR is a power of two, 16 bytes at least [bar]"),
                arguments(
                        "4: { size: 32GiB, prefetchable: true }",
                        "4: ^{ size: 32GiB }",
                        "devices.gaudi0.bars[4]: BAR 4 of 0000:19:00.0 needs 32 GiB of 32-bit,"
                                + " non-prefetchable window, but rc0 has 2028 MiB free [bar]"),
                arguments(
                        "id: dp1, acs: { cap: [SV, TB, RR, CR, UF], firmware: [] }",
                        "id: dp1, acs: ^{ cap: [SV, TB, RR, CR, UF], firmware: [], ctl: [] }",
                        "fabric.root-complexes[0].root-ports[0].switch.downstream[1].acs: firmware and ctl:"
                                + " say what firmware leaves or what is in force, not both [acs]"),
                arguments(
                        "firmware: [] }, device: nic0",
                        "firmware: ^[DT] }, device: nic0",
                        "fabric.root-complexes[0].root-ports[0].switch.downstream[1].acs.firmware: DT is on,"
                                + " but not in cap: hardware keeps bits that it lacks at 0 [acs]"),
                arguments(
                        "bare-metal: {}",
                        "bare-metal: { kernel: { release: ^4.19 } }",
                        "kernel.release: kernel release 4.19: the rules are known from 4.20 on" + " [kernel-release]"),
                arguments(
                        "bare-metal: {}",
                        "bare-metal: { set: { ^dp9.acs.ctl: [RR] } }",
                        "variants.bare-metal.set.dp9.acs.ctl: \"dp9\" is no top-level key, no id in the"
                                + " fabric and no device; did you mean \"dp0\"? [set]"),
                arguments(
                        "bare-metal: {}",
                        "bare-metal: { set: { rc0.iommu.mode: ^on } }",
                        "fabric.root-complexes[0].iommu.mode: \"on\" is not one of off, identity,"
                                + " translating [enum]"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void oneMistakeIsOneProblemInItsPlace(String piece, String mistake, String problem) {
        Sketch.assertProblem(Sketch.with(piece, mistake), problem);
    }

    @Test
    void theLineIsShownWithACaretBelowThePlace() {
        String rendered = Sketch.read(Sketch.with("mode: off", "mode: on"))
                .problems()
                .get(0)
                .render();
        assertThat(rendered.lines().skip(1))
                .containsExactly(
                        "   |",
                        "13 |       iommu: { mode: on }            # off | identity | translating",
                        "   |                      ^");
    }

    @Test
    void allProblemsComeAtOnceInTheOrderOfTheFile() {
        String text = Sketch.with("mode: off", "mode: on")
                .replace("family: 6, model: 85", "family: six, model: 85")
                .replace("tags: 256", "tags: 0")
                .replace("at: 10us", "at: 10")
                .replace("is: BUS_ADDR", "is: BUS");
        assertThat(Sketch.read(text).problems()).extracting(Problem::line).containsExactly(7, 13, 25, 32, 34);
    }

    @Test
    void aSettingOfTheCommandLineIsNamedInstead() {
        assertThat(Sketch.read(Sketch.text(), "rc0.iommu.mode=on")
                        .problems()
                        .get(0)
                        .render())
                .isEqualTo(
                        "--set rc0.iommu.mode=on: fabric.root-complexes[0].iommu.mode: \"on\" is not one of off, identity,"
                                + " translating [enum]");
        assertThat(Sketch.read(Sketch.text(), "rc0").problems().get(0).render())
                .isEqualTo("--set rc0: write it as path=value, as in rc0.iommu.mode=translating [set]");
    }
}
