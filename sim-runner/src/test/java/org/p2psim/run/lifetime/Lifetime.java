package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.Plan;

/**
 * Scenarios on one machine: behind one switch, without ACS redirect, a GPU g0, an accelerator h0, a function n0 that a user
 * has through vfio, a NIC x0 with on-demand paging, x1 that pins, x2 that pins and can be revoked; x3, which is like x0,
 * behind another root port.
 */
final class Lifetime {
    private static final String MACHINE = """
            p2psim: 1
            title: test
            kernel: { %s }
            fabric:
              sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
              root-complexes:
                - id: rc0
                  socket: s0
                  bus: "0000:16"
                  host-bridge: { at: "00.0", id: "%s" }
                  iommu: { mode: %s }
                  root-ports:
                    - id: rp0
                      link: gen4 x16
                      switch:
                        id: sw0
                        downstream:
                          - { id: dp0, device: g0 }
                          - { id: dp1, device: h0 }
                          - { id: dp2, device: n0 }
                          - { id: dp3, device: x0 }
                          - { id: dp4, device: x1 }
                          - { id: dp5, device: x2 }
                          - { id: dp6, device: n1 }
                    - id: rp1
                      link: gen4 x16
                      device: x3
            devices:
              g0: { type: gpu, id: "1002:740c", bars: { 2: { size: 16GiB, prefetchable: true } }, vram: { size: 16GiB, visible: 256MiB, bar: 2 }, copy-time: 50us %s }
              h0: { type: habanalabs, id: "1da3:1000", dram: { base: 0x20000000, size: 32GiB }, bars: { 4: { size: 32GiB, prefetchable: true } }, scrub-time: 10us, reset-time: 10us %s }
              n0: { type: vfio-pci, id: "144d:a80a", bars: { 0: { size: 16KiB, prefetchable: false }, 4: { size: 64MiB, prefetchable: true } }%s }
              n1: { type: vfio-pci, id: "144d:a80a", bars: { 0: { size: 16KiB, prefetchable: false } }, reset-time: 100us %s }
              x0: { type: rdma-nic, id: "15b3:101b", importer: %s, fault-time: 1us, rnr-timer: 2us %s }
              x1: { type: rdma-nic, id: "1d0f:efa2", importer: pinned }
              x2: { type: rdma-nic, id: "8086:1592", importer: pinned-revocable, max-segment-size: 2GiB }
              x3: { type: rdma-nic, id: "15b3:101b", importer: dynamic, fault-time: 1us }
            variants: { bare-metal: {} }
            """;

    private String kernel = "release: \"6.19\"";
    private String hostBridge = "8086:2020";
    private String iommu = "off";
    private String gpu = "";
    private String habanalabs = "";
    private String vfio = ", reset-time: 100us";
    private String vfio1 = "";
    private String importer = "dynamic";
    private String nic = "";
    private final StringBuilder timeline = new StringBuilder();
    private final StringBuilder expect = new StringBuilder();

    static Lifetime on(String kernel) {
        Lifetime lifetime = new Lifetime();
        lifetime.kernel = kernel;
        return lifetime;
    }

    Lifetime hostBridge(String id) {
        hostBridge = id;
        return this;
    }

    Lifetime iommu(String mode) {
        iommu = mode;
        return this;
    }

    Lifetime gpu(String fields) {
        gpu = ", " + fields;
        return this;
    }

    Lifetime habanalabs(String fields) {
        habanalabs = ", " + fields;
        return this;
    }

    Lifetime vfio(String fields) {
        vfio = ", " + fields;
        return this;
    }

    Lifetime secondVfio(String fields) {
        vfio1 = ", " + fields;
        return this;
    }

    /** How the driver of x0 attaches. */
    Lifetime importer(String kind) {
        importer = kind;
        return this;
    }

    Lifetime nic(String fields) {
        nic = ", " + fields;
        return this;
    }

    Lifetime does(String... lines) {
        timeline.append(ScenarioText.operations(lines));
        return this;
    }

    Lifetime expects(String... lines) {
        expect.append(ScenarioText.expectations(lines));
        return this;
    }

    /** Runs it, and holds it to what it expects. */
    RunOutcome run() {
        RunOutcome run = outcome();
        assertThat(run.expectations()).as("%s", describe(run)).allMatch(ExpectationOutcome::met);
        assertThat(run.good()).as("%s", describe(run)).isTrue();
        return run;
    }

    RunOutcome outcome() {
        return new Simulation("test").run(plan());
    }

    Plan plan() {
        String file = MACHINE.formatted(kernel, hostBridge, iommu, gpu, habanalabs, vfio, vfio1, importer, nic)
                + "timeline:\n" + timeline + "expect:\n  bare-metal:\n" + expect;
        return ScenarioText.plan(file);
    }

    static String describe(RunOutcome run) {
        StringBuilder text = new StringBuilder("\n");
        for (Event event : run.events()) {
            text.append("%d %s %d..%d ns %s %s %s: %s%n"
                    .formatted(
                            event.index(),
                            event.kind(),
                            event.start() / 16_000,
                            event.end() / 16_000,
                            event.what(),
                            event.lane(),
                            event.errno().map(Object::toString).orElse(""),
                            event.detail()));
        }
        run.expectations().stream()
                .filter(each -> !each.met())
                .forEach(each -> text.append("NOT MET %s: found %s%n".formatted(each.expected(), each.found())));
        run.invariants().stream()
                .filter(each -> !each.good())
                .forEach(each -> text.append("BROKEN %s %s%n".formatted(each.id(), each.violation())));
        return text.toString();
    }

    static List<String> broken(RunOutcome run) {
        return run.invariants().stream()
                .filter(each -> !each.held())
                .map(InvariantOutcome::id)
                .toList();
    }
}
