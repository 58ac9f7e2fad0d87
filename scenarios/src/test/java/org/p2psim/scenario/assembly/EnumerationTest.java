package org.p2psim.scenario.assembly;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.yaml.Problem;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;

/** Addresses by hand for a machine with everything in it. */
class EnumerationTest {
    private static final String MACHINE = """
            p2psim: 1
            title: Numbers
            kernel: { release: "6.1" }
            fabric:
              sockets: [ { id: s0, cpu: { vendor: AuthenticAMD, family: "0x19" } } ]
              root-complexes:
                - id: rc0
                  socket: s0
                  bus: 40
                  host-bridge: { id: "1022:1480" }
                  root-ports:
                    - { id: empty }
                    - id: deep
                      switch:
                        id: outer
                        downstream:
                          - id: down0
                            switch:
                              id: inner
                              downstream: [ { id: down00, device: a }, { id: down01 } ]
                          - { id: down1, device: [b0, b1, b3] }
                    - { id: far, bus: 80, device: c }
                    - { id: old, at: "07.1", bridge: { id: br, devices: [d0, d1] } }
                  integrated-endpoints: [ { device: e } ]
                - id: rc1
                  socket: s0
                  bus: "10000:00"
                  root-ports: [ { id: vmd, device: f } ]
            devices:
              a: { type: gpu }
              b0: { type: rdma-nic }
              b1: { type: rdma-nic }
              b3: { type: other, at: "00.3" }
              c: { type: nvme }
              d0: { type: other }
              d1: { type: other, at: "04.0" }
              e: { type: other }
              f: { type: nvme }
            variants: { only: {} }
            """;

    private static ScenarioFile read(String text) {
        return ScenarioReader.read("numbers.yaml", text.getBytes(StandardCharsets.UTF_8), List.of());
    }

    @Test
    void busesAreGivenOutDepthFirstBehindTheOnesThatAreStated() {
        // Linux takes bridges that have numbers first: "far" keeps 80, the others count from 81 on. Each of them gets a
        // bus, also with nothing below. Root ports without "at" take 01.0, 02.0, 03.0, the integrated endpoint 04.0.
        ScenarioFile file = read(MACHINE);
        assertThat(file.problems().stream().map(Problem::render)).isEmpty();
        Plan plan = file.plans().get(0);
        assertThat(plan.fabric().functions())
                .extracting(f -> "%s %s %02x".formatted(f.name(), f.address(), Math.max(f.secondaryBus(), 0)))
                .containsExactly(
                        "rc0.host-bridge 0000:40:00.0 00",
                        "empty 0000:40:01.0 81",
                        "deep 0000:40:02.0 82",
                        "outer 0000:82:00.0 83",
                        "down0 0000:83:00.0 84",
                        "inner 0000:84:00.0 85",
                        "down00 0000:85:00.0 86",
                        "a 0000:86:00.0 00",
                        "down01 0000:85:01.0 87",
                        "down1 0000:83:01.0 88",
                        "b0 0000:88:00.0 00",
                        "b1 0000:88:00.1 00",
                        "b3 0000:88:00.3 00",
                        "far 0000:40:03.0 80",
                        "c 0000:80:00.0 00",
                        "e 0000:40:04.0 00",
                        "old 0000:40:07.1 89",
                        "br 0000:89:00.0 8a",
                        "d0 0000:8a:00.0 00",
                        "d1 0000:8a:04.0 00",
                        "vmd 10000:00:01.0 01",
                        "f 10000:01:00.0 00");
    }

    @Test
    void rootComplexesOfOneDomainMayNotShareBuses() {
        assertThat(read(MACHINE.replace("\"10000:00\"", "\"0000:60\"")).problems())
                .extracting(Problem::message)
                .containsExactly("buses 60 to 61 overlap 40 to 8a of \"rc0\"");
    }

    @Test
    void aBusThatATreeCannotHaveIsRefused() {
        assertThat(read(MACHINE.replace("bus: 80", "bus: 3f")).problems())
                .extracting(Problem::message)
                .containsExactly("bus 3f is not above 40, the bus that the bridge is on");
    }

    @Test
    void runningOutOfBusNumbersIsRefused() {
        assertThat(read(MACHINE.replace("bus: 80", "bus: fe")).problems())
                .extracting(Problem::message)
                .containsExactly("out of bus numbers: more than ff below root bus 40");
    }

    @Test
    void everyDefaultIsSaidOnceWithItsSource() {
        Plan plan = read(MACHINE).plans().get(0);
        assertThat(plan.notes()).doesNotHaveDuplicates();
        assertThat(plan.notes())
                .anySatisfy(note -> {
                    assertThat(note.text()).isEqualTo("cut-through latency of switches 105 ns (inner, outer)");
                    assertThat(note.source()).contains("p2pmark");
                })
                .anySatisfy(note -> assertThat(note.text()).isEqualTo("link gen4 x16 (deep, far, old, vmd)"));
    }
}
