package org.p2psim.run.explore;

import org.p2psim.run.ScenarioText;
import org.p2psim.scenario.Plan;

/** A function n0 that a user has through vfio and a NIC x0 with on-demand paging, below one switch. */
final class Machine {
    static final String FILE = """
            p2psim: 1
            title: test
            seed: 7
            kernel: { %s }
            fabric:
              sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
              root-complexes:
                - id: rc0
                  socket: s0
                  bus: "0000:16"
                  host-bridge: { at: "00.0", id: "8086:2020" }
                  iommu: { mode: "off" }
                  root-ports:
                    - id: rp0
                      link: gen4 x16
                      switch:
                        id: sw0
                        downstream:
                          - { id: dp0, device: n0 }
                          - { id: dp1, device: x0 }
            devices:
              n0: { type: vfio-pci, id: "144d:a80a", driver: %s, reset-time: 1us, write-latency: 1us, bars: { 0: { size: 16KiB, prefetchable: false }, 4: { size: 64MiB, prefetchable: true } } }
              x0: { type: rdma-nic, id: "15b3:101b", importer: dynamic, fault-time: 100ns, rnr-timer: 1us }
            variants: { bare-metal: {} }
            timeline:
            """;

    private Machine() {}

    static String file(String kernel, String driver, String... timeline) {
        return FILE.formatted(kernel, driver) + ScenarioText.operations(timeline);
    }

    static Plan plan(String kernel, String driver, String... timeline) {
        return ScenarioText.plan(file(kernel, driver, timeline));
    }
}
