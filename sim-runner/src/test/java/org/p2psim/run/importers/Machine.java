package org.p2psim.run.importers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.ScenarioText;

/**
 * Behind one switch, without ACS redirect: a GPU g0, an accelerator h0, a function n0 that a user has through vfio, NICs
 * x0 and x1, a drive d0; x1 and g1 share mappings of their files as proposed in 2019. x9 is RDMA in software.
 */
final class Machine {
    private static final String TEXT = """
            p2psim: 1
            title: test
            kernel: { KERNEL }
            fabric:
              sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
              root-complexes:
                - id: rc0
                  socket: s0
                  bus: "0000:16"
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
                          - { id: dp5, device: d0 }
                          - { id: dp6, device: g1 }
            devices:
              g0: { type: gpu, id: "1002:740c", bars: { 2: { size: 256MiB, prefetchable: true } }, copy-time: 50us }
              g1: { type: gpu, driver: vma-p2p-2019, bars: { 2: { size: 1MiB, prefetchable: true } } }
              h0: { type: habanalabs, dram: { base: 0x20000000, size: 1GiB }, bars: { 4: { size: 1GiB, prefetchable: true } } }
              n0: { type: vfio-pci, VFIO bars: { 4: { size: 64MiB, prefetchable: true } }, reset-time: 100us }
              x0: { type: rdma-nic, importer: dynamic }
              x1: { type: rdma-nic, driver: vma-p2p-2019, bars: { 0: { size: 64KiB, prefetchable: true } } }
              d0: { type: nvme, media: { read-rate: 4GB/s, write-rate: 2GB/s, latency: 10us } }
              x9: { type: software-rdma, SOFTWARE }
            variants: { host: {} }
            """;

    private final String text;
    private final StringBuilder timeline = new StringBuilder();

    private Machine(String text) {
        this.text = text;
    }

    /** @param kernel keys of {@code kernel:} */
    static Machine on(String kernel) {
        return new Machine(TEXT.replace("KERNEL", kernel).replace("VFIO ", "").replace(", SOFTWARE", ""));
    }

    static Machine withSoftwareRdma(String driver) {
        return new Machine(TEXT.replace("KERNEL", "release: \"5.15\"")
                .replace("VFIO ", "")
                .replace("SOFTWARE", "driver: " + driver));
    }

    Machine does(String... lines) {
        timeline.append(ScenarioText.operations(lines));
        return this;
    }

    /** The run is good if all of this holds and no invariant breaks but those that it expects. */
    RunOutcome gives(String... lines) {
        String expect = ScenarioText.expectations(lines);
        RunOutcome run = ScenarioText.run(text + "timeline:\n" + timeline + "expect:\n  host:\n" + expect);
        assertThat(run.expectations()).as(events(run)).isNotEmpty().allMatch(ExpectationOutcome::met);
        assertThat(run.good()).as(events(run)).isTrue();
        return run;
    }

    private static String events(RunOutcome run) {
        return run.events().stream().map(Object::toString).collect(Collectors.joining("\n", "\n", "\n"))
                + run.invariants().stream()
                        .filter(invariant -> !invariant.held())
                        .map(Object::toString)
                        .collect(Collectors.joining("\n"));
    }
}
