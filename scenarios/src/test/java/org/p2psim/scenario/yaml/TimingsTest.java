package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.profile.Profile;
import org.p2psim.scenario.profile.Profile.Role;
import org.p2psim.scenario.profile.Profiles;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** What a scenario says about time, and what it leaves to the profiles of its parts. */
class TimingsTest {
    private static final String UPSTREAM = "upstream: { link: { gen: 4, width: x16 }, cut-through: 105ns }";

    private static String text() {
        try {
            return Resources.toString(Resources.getResource(TimingsTest.class, "timings.yaml"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Plan plan(String text, String... settings) {
        ScenarioFile file = Sketch.read(text, settings);
        assertThat(file.problems().stream().map(Problem::render)).isEmpty();
        return file.plans().get(0);
    }

    private static PciFunction function(Plan plan, String name) {
        return plan.fabric().functions().stream()
                .filter(function -> function.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static PortTiming port(Plan plan, String name) {
        return plan.timings().port(function(plan, name).address());
    }

    /** Python and C print exponents with two digits. */
    @ParameterizedTest
    @ValueSource(strings = {"1e-9", "1e-09", "0.000000001"})
    void aProbabilityIsWrittenAsProgramsPrintIt(String rate) {
        Plan plan = plan(text().replace("error-rate: 1e-9", "error-rate: " + rate));
        assertThat(port(plan, "rp0").errorsPerBillion()).hasValue(1);
    }

    @Test
    void portsSayTheirCreditsEfficiencyErrorsAndWeights() {
        Plan plan = plan(text());
        assertThat(port(plan, "rp0"))
                .isEqualTo(new PortTiming(
                        Optional.of(new Credits(64, 1024, 64, 64, Credits.INFINITE, Credits.INFINITE)),
                        OptionalInt.of(982),
                        OptionalLong.of(1),
                        1,
                        false));
        assertThat(port(plan, "sw0").arbitrationWeight()).isEqualTo(4);
        assertThat(port(plan, "dp0").arbitrationWeight()).isEqualTo(2);
        assertThat(port(plan, "dp1").credits().orElseThrow().pd()).isEqualTo(Credits.INFINITE);
    }

    @Test
    void aSwitchStoresAndForwardsInTheTimeThatItSays() {
        Plan plan = plan(text());
        assertThat(port(plan, "sw0").storeAndForward()).isTrue();
        assertThat(function(plan, "sw0").latency()).isEqualTo(Ticks.ofNanoseconds(120));
    }

    @Test
    void aVariantThatSetsCutThroughTakesStoreAndForwardAway() {
        Plan cut = Sketch.read(text()).plans().get(1);
        assertThat(port(cut, "sw0").storeAndForward()).isFalse();
        assertThat(function(cut, "sw0").latency()).isEqualTo(Ticks.ofNanoseconds(110));
    }

    @Test
    void rootComplexesSayWhatTheyForwardAndWhatTranslationCosts() {
        Plan plan = plan(text());
        HostBridge bridge = plan.fabric().hostBridges().get(0);
        assertThat(bridge.p2pLatency()).isEqualTo(Ticks.ofNanoseconds(200));
        assertThat(bridge.p2pMaxPayload()).isEqualTo(128);
        assertThat(plan.timings().rootComplex(bridge))
                .isEqualTo(new RootComplexTiming(
                        OptionalLong.of(10_000_000_000L),
                        OptionalLong.of(20_000_000_000L),
                        true,
                        false,
                        new IommuTiming(
                                64, 4 * Bytes.KIB, Ticks.ofNanoseconds(280), IommuTiming.intervalOf(19_000_000)),
                        OptionalLong.of(73_100_000_000L)));
    }

    @Test
    void socketsSayTheirMemoryOrHaveItFromAProfile() {
        Timings timings = plan(text()).timings();
        assertThat(timings.memory("s0"))
                .isEqualTo(new MemoryTiming(
                        Ticks.ofNanoseconds(480),
                        Ticks.ofNanoseconds(60),
                        OptionalLong.of(32 * Bytes.MIB),
                        Ticks.ofNanoseconds(10),
                        OptionalLong.of(300_000_000_000L),
                        Ticks.ofNanoseconds(100)));
        assertThat(timings.memory("s1").llc()).hasValue(25 * Bytes.MIB);
    }

    @Test
    void devicesSayHowFastTheyAre() {
        Plan plan = plan(text());
        assertThat(plan.timings().device(function(plan, "nic0").address()))
                .isEqualTo(new DeviceTiming(
                        Ticks.ofNanoseconds(50), OptionalLong.of(49_400_000_000L), Ticks.ofNanoseconds(5)));
        assertThat(plan.timings().device(function(plan, "gpu0").address()).writeLatency())
                .isEqualTo(Ticks.ofNanoseconds(530));
        assertThat(function(plan, "gpu0").latency()).isEqualTo(Ticks.ofNanoseconds(510));
    }

    @Test
    void aScenarioThatSaysNothingOfTheKindHasTheDefaults() {
        Plan plan = plan(Sketch.text());
        assertThat(plan.timings().ports()).isEmpty();
        assertThat(plan.timings().memories()).isEmpty();
        assertThat(plan.timings().rootComplexes()).containsOnlyKeys("0000:16").containsValue(RootComplexTiming.DEFAULT);
        assertThat(plan.timings().devices().values()).containsOnly(DeviceTiming.DEFAULT);
    }

    @Test
    void aProfileOfASwitchGoesForAllItsPortsButNotForWhatIsStated() {
        String named = Sketch.with(
                        UPSTREAM, "upstream: { link: gen4 x16, profile: switchtec-pm50100, cut-through: 90ns }")
                .replace("{ id: dp1,", "{ id: dp1, link: { efficiency: 98% },");
        Plan plan = plan(named);
        assertThat(function(plan, "sw0").latency()).isEqualTo(Ticks.ofNanoseconds(90));
        assertThat(port(plan, "sw0").efficiency()).hasValue(930);
        assertThat(port(plan, "dp0").efficiency()).hasValue(930);
        assertThat(port(plan, "dp1").efficiency()).hasValue(980);
        assertThat(function(plan, "rp0").linkBelow().orElseThrow()).hasToString("gen4 x16");
        assertThat(plan.notes())
                .filteredOn(note -> note.text().contains("profile switchtec-pm50100"))
                .allMatch(
                        note -> note.kind() == Note.Kind.SOURCE && note.source().contains("rtx6kpro"))
                .hasSize(1);
    }

    @Test
    void listedPortsSayTheSame() {
        Plan plan = plan("""
                p2psim: 1
                title: listed
                kernel: { release: "6.12" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6 } } ]
                  root-complexes: [ { id: rc0, socket: s0, bus: "0000:16" } ]
                  functions:
                    - { at: "0000:16:01.0", name: rp0, type: root-port, id: "8086:2030", bus: "17", link: { gen: 4, width: x8, efficiency: 95% }, credits: infinite }
                    - { at: "0000:17:00.0", name: sw0, type: upstream-port, id: "1000:c010", bus: "18", store-and-forward: 130ns, arbitration-weight: 3 }
                    - { at: "0000:18:00.0", name: dp0, type: downstream-port, id: "1000:c010", bus: "19", link: gen4 x8 }
                    - { at: "0000:19:00.0", type: endpoint, id: "15b3:101b", device: nic0 }
                devices: { nic0: { type: rdma-nic } }
                variants: { one: {} }
                """);
        assertThat(port(plan, "rp0").efficiency()).hasValue(950);
        assertThat(port(plan, "sw0").storeAndForward()).isTrue();
        assertThat(port(plan, "sw0").arbitrationWeight()).isEqualTo(3);
    }

    static Stream<Profile> profiles() {
        return Profiles.all().stream();
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void everyProfileIsAValidPartOfAScenarioAndHasASource(Profile profile) {
        String key = "profile: " + profile.name();
        String text = switch (profile.role()) {
            case SWITCH -> Sketch.with(UPSTREAM, "upstream: { " + key + " }");
            case ROOT_COMPLEX -> Sketch.with("socket: s0\n", "socket: s0\n      " + key + "\n");
            case SOCKET -> Sketch.with("- { id: s0,", "- { id: s0, " + key + ",");
            case DEVICE ->
                profile.values().containsKey("media.latency")
                        ? Sketch.with("  nic0:", "  nvme0: { type: nvme, " + key + " }\n  nic0:")
                                .replace("device: nic0", "device: [nic0, nvme0]")
                        : Sketch.with("importer: pinned, max-segment-size: 2GiB, tags: 256", key);
        };
        Plan plan = plan(text);
        assertThat(profile.values()).isNotEmpty();
        assertThat(profile.source()).isNotBlank();
        assertThat(profile.left()).isNotBlank();
        assertThat(plan.notes()).anyMatch(note -> note.text().contains("profile " + profile.name()));
        assertThat(Profiles.all().stream()
                        .filter(other ->
                                other.role() == profile.role() && other.name().equals(profile.name())))
                .hasSize(1);
    }

    @Test
    void aClientCpuRefusesPeerToPeerReads() {
        assertThat(Profiles.find(Role.ROOT_COMPLEX, "arrow-lake").orElseThrow().values())
                .containsEntry("p2p.reads", "refused");
    }

    /** Piece of the sketch, what stands there instead with ^ before the place of the problem, and the problem. */
    static Stream<Arguments> mistakes() {
        String port = "fabric.root-complexes[0].root-ports[0]";
        return Stream.of(
                arguments(
                        UPSTREAM,
                        "upstream: { profile: ^switchtec-pm5010 }",
                        port + ".switch.upstream.profile: no switch has the profile \"switchtec-pm5010\"; there are"
                                + " switchtec-pm50100, pex89048, pex88096, pex8796; did you mean \"switchtec-pm50100\"? [unknown-profile]"),
                arguments(
                        UPSTREAM,
                        "upstream: { profile: ^arrow-lake }",
                        port + ".switch.upstream.profile: no switch has the profile \"arrow-lake\"; there are"
                                + " switchtec-pm50100, pex89048, pex88096, pex8796; \"arrow-lake\" is a root complex [unknown-profile]"),
                arguments(
                        UPSTREAM,
                        "upstream: { cut-through: 105ns, store-and-forward: ^105ns }",
                        port + ".switch.upstream.store-and-forward: a switch cuts through or stores and forwards: say"
                                + " one of the two [not-allowed]"),
                arguments(
                        UPSTREAM,
                        "upstream: { link: { efficiency: ^130% } }",
                        port + ".switch.upstream.link.efficiency: \"130%\" is not above 0% and up to 100% [pattern]"),
                arguments(
                        UPSTREAM,
                        "upstream: { link: { efficiency: ^93 } }",
                        port
                                + ".switch.upstream.link.efficiency: 93 needs a unit (write it as in 93% or 92.7%) [type]"),
                arguments(
                        UPSTREAM,
                        "upstream: { link: { error-rate: ^1e-12 } }",
                        port + ".switch.upstream.link.error-rate: \"1e-12\" is finer than 1e-9 [pattern]"),
                arguments(
                        UPSTREAM,
                        "upstream: { arbitration-weight: ^0 }",
                        port + ".switch.upstream.arbitration-weight: 0 is too small; 1 at least, as in 2 [minimum]"),
                arguments(
                        UPSTREAM,
                        "upstream: { credits: ^{ ph: 1, pd: 8, nph: 1, npd: 1 } }",
                        port + ".switch.upstream.credits: posted data credits must be 16 or more, or infinite, not 8,"
                                + " for TLPs of the largest mps, 256 bytes [credits]"),
                arguments(
                        UPSTREAM,
                        "upstream: { credits: { ph: 1, pd: ^lots, nph: 1, npd: 1 } }",
                        port + ".switch.upstream.credits.pd: \"lots\" has the wrong form; write it as in 1024 or"
                                + " infinite [pattern]"),
                arguments(
                        "mode: off",
                        "mode: off, iotlb: { page: ^3MiB }",
                        "fabric.root-complexes[0].iommu.iotlb.page: \"3MiB\" is not one of 4KiB, 16KiB, 64KiB, 2MiB,"
                                + " 32MiB, 512MiB, 1GiB; did you mean \"2MiB\"? [enum]"),
                arguments(
                        "- { id: s0,",
                        "- { id: s0, memory: { llc: ^0B },",
                        "fabric.sockets[0].memory.llc: a cache has one byte at least, and fewer than 8 EiB [llc]"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void oneMistakeIsOneProblemInItsPlace(String piece, String mistake, String problem) {
        Sketch.assertProblem(Sketch.with(piece, mistake), problem);
    }

    @Test
    void aLinkHasGenerationAndWidthOrNeither() {
        assertThat(Sketch.read(Sketch.with(UPSTREAM, "upstream: { link: { gen: 4 } }"))
                        .problems())
                .extracting(Problem::message)
                .containsExactly("missing key \"width\"");
    }

    @Test
    void settingsMayNameAProfile() {
        assertThat(plan(Sketch.text(), "rc0.profile=arrow-lake")
                        .timings()
                        .rootComplexes()
                        .get("0000:16"))
                .matches(timing -> timing.p2pReads() == Response.UNSUPPORTED_REQUEST && timing.forwardsP2pWrites());
        assertThat(List.copyOf(
                        Sketch.read(Sketch.text(), "rc0.profile=arow-lake").problems()))
                .isNotEmpty();
    }
}
