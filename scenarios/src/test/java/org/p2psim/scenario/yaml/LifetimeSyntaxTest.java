package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.exporter.HabanalabsProfile;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** The syntax of lifetimes: which profile is meant, what is assumed, and what is refused. */
class LifetimeSyntaxTest {
    private static final String MACHINE = Sketch.ONE_ROOT_COMPLEX + """
                  root-ports: [ { id: p0, device: n0 }, { id: p1, device: nic0 }, { id: p2, device: gpu0 }, { id: p3, device: hl0 }, { id: p4, device: nvme0 } ]
            devices:
              n0: { type: vfio-pci, bars: { 4: { size: 64MiB, prefetchable: true } } }
              nic0: { type: rdma-nic, importer: dynamic, bars: { 0: { size: 1MiB, prefetchable: true } } }
              gpu0: { type: gpu, bars: { 0: { size: 256MiB, prefetchable: true } } }
              hl0: { type: habanalabs, dram: { base: 0x20000000, size: 1GiB }, bars: { 4: { size: 1GiB, prefetchable: true } } }
              nvme0: { type: nvme }
              rxe0: { type: software-rdma }
            variants: { host: {} }
            """;

    private static final String RESET = """
            timeline:
              - { at: 30ns, do: reset, id: flr, device: n0 }
              - { at: 0ns, do: export, dma-buf: buf, from: n0, region: 4, ranges: [ { offset: 0B, length: 1MiB } ] }
              - { at: 5ns, do: register-mr, mr: mr0, nic: nic0, dma-buf: buf, access: [remote-write, local-write] }
              - { at: 50ns, do: rdma-write, id: w0, mr: mr0, size: 4KiB }
            """;

    private static List<Expectation> expectations(String lines) {
        return Sketch.plan(MACHINE + RESET + "expect:\n  host:\n" + lines.indent(4)).expectations().stream()
                .map(Plan.Expected::expectation)
                .toList();
    }

    @Test
    void aReleaseBringsItsDriversAndTheirMistakes() {
        Plan plan = Sketch.plan(MACHINE + "timeline: []\nexpect: {}\n");

        assertThat(plan.lifetimes().drivers()).containsEntry("n0", new Driver.Vfio(VfioProfile.V6_19));
        assertThat(plan.lifetimes().bugs()).contains(Bug.DISABLED_BEFORE_REVOKED);
        assertThat(plan.lifetimes().core().callbackOptional()).isFalse();
    }

    @Test
    void aFileNamesProfilesAndTakesMistakesAwayOrAddsThem() {
        Plan plan = Sketch.plan(
                MACHINE.replace("\"6.19\"", """
                        "6.19", dma-buf: core-7.1, bugs: [no-scrub], without-bugs: [disabled-before-revoked]""").replace("type: habanalabs,", "type: habanalabs, driver: hl-6.5,")
                        + "timeline: []\nexpect: {}\n");

        assertThat(plan.lifetimes().core().callbackOptional()).isTrue();
        assertThat(plan.lifetimes().bugs()).contains(Bug.NO_SCRUB).doesNotContain(Bug.DISABLED_BEFORE_REVOKED);
        assertThat(plan.lifetimes().drivers().get("hl0")).isInstanceOfSatisfying(Driver.Habanalabs.class, driver -> {
            assertThat(driver.profile().deviceLife()).isEqualTo(HabanalabsProfile.DeviceLife.HOLDS_FILE);
            assertThat(driver.profile().sizes()).isEqualTo(HabanalabsProfile.Sizes.WHOLE_PAGES);
        });
    }

    @Test
    void listsOfAVariantReplaceThoseOfTheTopLevel() {
        ScenarioFile file = Sketch.read(MACHINE.replace("\"6.19\"", "\"6.19\", bugs: [no-scrub]")
                        .replace("{ host: {} }", "{ host: {}, other: { kernel: { bugs: [no-fence-wait] } } }")
                + "timeline: []\nexpect: {}\n");

        assertThat(file.plans().get(1).lifetimes().bugs())
                .contains(Bug.NO_FENCE_WAIT)
                .doesNotContain(Bug.NO_SCRUB);
    }

    @Test
    void mistakesThatTheFileAddsAreCautionsOfTheReport() {
        Plan plan =
                Sketch.plan(MACHINE.replace("\"6.19\"", "\"6.19\", bugs: [no-scrub]") + "timeline: []\nexpect: {}\n");

        assertThat(plan.notes())
                .anyMatch(note -> note.kind() == Note.Kind.CAUTION
                        && note.text().contains("device memory is not cleared between its users"));
    }

    @Test
    void onlyWhatTheTimelineUsesIsAssumed() {
        Stream<String> withReset =
                Sketch.plan(MACHINE + RESET + "expect: {}\n").notes().stream().map(Note::text);
        Stream<String> without = Sketch.plan(MACHINE + "timeline: []\nexpect: {}\n").notes().stream()
                .map(Note::text);

        assertThat(withReset).anyMatch(text -> text.contains("reset of the function or its bus takes 100 ms"));
        assertThat(without).noneMatch(text -> text.contains("reset"));
    }

    @Test
    void aLineIsMeantByItsNumberInTheFileOrItsId() {
        List<Expectation> lines = expectations("""
                - { operation: 0, is: waiting, at: 50ns }
                - { operation: flr, ends: 130ns }
                - { broken: I-03, at: 75ns, enabled-by: 1, operation: w0 }
                """);

        // In the plan the reset comes third: the timeline is in order of time.
        assertThat(lines.get(0)).isInstanceOfSatisfying(Expectation.Line.class, line -> {
            assertThat(line.operation().number()).hasValue(2);
            assertThat(line.is()).contains(Expectation.LineState.WAITING);
        });
        assertThat(lines.get(1))
                .isInstanceOfSatisfying(
                        Expectation.Line.class,
                        line -> assertThat(line.operation().number()).hasValue(2));
        assertThat(lines.get(2)).isInstanceOfSatisfying(Expectation.Broken.class, broken -> {
            assertThat(broken.broken()).isEqualTo(Invariant.OWNER_AS_MAPPED);
            assertThat(broken.enabledBy().orElseThrow().number()).hasValue(0);
            assertThat(broken.operation().orElseThrow().number()).hasValue(3);
        });
    }

    @Test
    void everyKindOfExpectationIsToldByItsKey() {
        assertThat(expectations("""
                        - { mr: mr0, is: zapped, at: 35ns }
                        - { dma-buf: buf, size: 1MiB, references: 2 }
                        - { device: n0, is: resetting, at: 35ns }
                        - { dma: w0, status: IBV_WC_REM_ACCESS_ERR }
                        - { dma: w0, landed: { B: 4KiB }, landed-in: { elsewhere: 0B }, dropped: 0B }
                        - { order: ["notify buf/nic0", "reset n0"] }
                        - { count: "notify buf/nic0", is: 1, from: 10ns, until: 20us }
                        - { sg: mr0, lengths: [1MiB] }
                        """))
                .extracting(line -> line.getClass().getSimpleName())
                .containsExactly("Mr", "DmaBuf", "Device", "Dma", "Dma", "Order", "Count", "Sg");
    }

    @Test
    void aStatusIsTheVerbsNameOfIt() {
        Expectation.Dma dma =
                (Expectation.Dma) expectations("- { dma: w0, status: IBV_WC_RNR_RETRY_EXC_ERR, at: 1us }\n")
                        .get(0);

        assertThat(dma.status()).contains(WorkCompletion.Status.RNR_RETRY_EXC_ERR);
        assertThat(dma.at()).isEqualTo(OptionalLong.of(Ticks.PER_MICROSECOND));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments(
                        "n0: { type: vfio-pci,",
                        "n0: { type: vfio-pci, driver: hl-6.5,",
                        "devices.n0.driver: \"hl-6.5\""
                                + " is no driver of a device of type vfio-pci; it has vfio-rfc, vfio-6.19, vfio-7.1rc, vfio-7.1"),
                arguments(
                        "nvme0: { type: nvme }",
                        "nvme0: { type: nvme, open: true }",
                        "devices.nvme0: memory-enabled,"
                                + " device-set and open are for functions that a user has through vfio; add driver: vfio-6.19"),
                arguments(
                        "gpu0: { type: gpu,",
                        "gpu0: { type: gpu, importer: pinned-revocable,",
                        "devices.gpu0.importer: only" + " an rdma-nic has regions to revoke"),
                arguments(
                        "gpu0: { type: gpu,",
                        "gpu0: { type: gpu, copy-rate: 1GB/s, copy-time: 1us,",
                        "devices.gpu0.copy-time:" + " say either copy-rate or copy-time"),
                arguments(
                        "rxe0: { type: software-rdma }",
                        "rxe0: { type: software-rdma, tags: 8 }",
                        "devices.rxe0.tags:" + " software-rdma is no function and has no tags"),
                arguments(
                        "device: nvme0 }",
                        "device: [nvme0, rxe0] }",
                        "fabric.root-complexes[0].root-ports[4].device[1]:"
                                + " \"rxe0\" is software-rdma: no PCI function, and nowhere in the fabric"),
                arguments(
                        "device: n0 }\n",
                        "device: nic0 }\n",
                        "timeline[0].device: no user has \"nic0\" through vfio: it is"
                                + " no vfio-pci device, and no nvme device with a driver vfio-..."),
                arguments(
                        "region: 4, ranges: [ { offset: 0B, length: 1MiB } ] }",
                        "handle: h0 }",
                        "timeline[1].handle: handle" + " \"h0\" is never allocated"),
                arguments(
                        "region: 4, ranges: [ { offset: 0B, length: 1MiB } ] }",
                        "address: 0x0, size: 1MiB }",
                        "timeline[1]:" + " through vfio a region is exported: say region"),
                arguments(
                        "from: n0, region: 4, ranges: [ { offset: 0B, length: 1MiB } ] }",
                        "from: gpu0 }",
                        "timeline[1]: a gpu exports a buffer by its handle: allocate one, and say its handle"),
                arguments(
                        ", region: 4, ranges: [ { offset: 0B, length: 1MiB } ] }",
                        " }",
                        "timeline[1]: through vfio a region is exported: say region"),
                arguments(
                        "region: 4, ranges: [ { offset: 0B, length: 1MiB } ] }",
                        "address: 0x0 }",
                        "timeline[1]: missing key \"size\""),
                arguments(
                        "do: reset, id: flr, device: n0",
                        "do: unplug, id: flr, device: gpu0",
                        "unplugging \"gpu0\" is not modelled: what becomes of a gpu's buffers"),
                arguments(
                        "ranges: [ { offset: 0B, length: 1MiB } ]",
                        "offset: 0B, ranges: []",
                        "timeline[1].ranges: say either" + " ranges, or offset and length"),
                arguments(
                        "id: w0,",
                        "id: flr,",
                        "timeline[3].id: \"flr\" is the id of a line twice; give it a name of its own"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsToldInItsPlace(String old, String mistake, String message) {
        String text = MACHINE + RESET + "expect: {}\n";
        assertThat(text).contains(old);

        assertThat(Sketch.read(text.replace(old, mistake)).problems().stream().map(Problem::render))
                .anyMatch(problem -> problem.contains(message));
    }

    static Stream<Arguments> wrongExpectations() {
        return Stream.of(
                arguments(
                        "{ operation: flr, at: 5ns }",
                        "say what of the operation: is, errno, gives, ends, ends-after or ends-before"),
                arguments(
                        "{ operation: flx, is: done }",
                        "no line of the timeline has the id \"flx\"; did you mean \"flr\"?"),
                arguments("{ operation: flr, gives: [in] }", "only a poll gives events"),
                arguments("{ operation: 4, is: done }", "the timeline has 4 lines, counted from 0"),
                arguments("{ broken: I-99 }", "\"I-99\" is "),
                arguments("{ qp: qp0, is: error }", "qp \"qp0\" is never created"),
                arguments("{ handle: h0, exporting: 1 }", "handle \"h0\" is never allocated"),
                arguments("{ sg: att0, lengths: [1B] }", "attachment \"att0\" is never attached"),
                arguments("{ sg: mr0, lengths: [4097] }", "4097 needs a unit"),
                arguments("{ count: \"notify bof/x0\", is: 0 }", "nothing is called \"bof\"; did you mean \"buf\"?"),
                arguments("{ count: \"notify buf/x9\", is: 0 }", "nothing is called \"x9\""),
                arguments("{ order: [\"reset n0\", \"reset m0\"] }", "nothing is called \"m0\""),
                arguments("{ mr: mr0, other-key-than: mr9 }", "mr \"mr9\" is never registered"),
                arguments("{ count: \"reset n0\", is: 1, from: 2ns, until: 1ns }", "from is later than until"),
                arguments(
                        "{ dma: w0, landed-in: { bof: 1B } }",
                        "dma-buf \"bof\" is never exported; did you mean \"buf\"?"));
    }

    @ParameterizedTest
    @MethodSource("wrongExpectations")
    void anExpectationOfWhatIsNotThereIsTold(String line, String message) {
        ScenarioFile file = Sketch.read(MACHINE + RESET + "expect:\n  host:\n    - " + line + "\n");

        assertThat(file.problems().stream().map(Problem::render)).anyMatch(problem -> problem.contains(message));
    }
}
