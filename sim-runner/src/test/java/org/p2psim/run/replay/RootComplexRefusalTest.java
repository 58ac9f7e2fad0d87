package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.run.ScenarioText.transfer;

import org.junit.jupiter.api.Test;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.ScenarioText;

/** A machine whose kernel allows peer-to-peer DMA through a root complex that does not forward all of it. */
class RootComplexRefusalTest {
    private static RunOutcome run(String rootComplex, String link) {
        return ScenarioText.run("""
                p2psim: 1
                title: test
                kernel: { release: "5.15" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: AuthenticAMD, family: 25 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      %s
                      root-ports:
                        - { id: rp0, link: %s, device: gaudi0 }
                        - { id: rp1, link: gen4 x16, device: nic0 }
                devices:
                  gaudi0:
                    type: habanalabs
                    dram: { base: 0x20000000, size: 32GiB }
                    bars: { 4: { size: 32GiB, prefetchable: true } }
                  nic0: { type: rdma-nic, id: "15b3:101b" }
                variants: { bare-metal: {} }
                timeline:
                  - { at: 0ns, do: export, dma-buf: buf, from: gaudi0, address: 0x24000000, size: 1MiB }
                  - { at: 1us, do: register-mr, mr: mr0, nic: nic0, dma-buf: buf, access: [remote-read, remote-write, local-write] }
                  - { at: 10us, do: rdma-write, id: write, mr: mr0, size: 1MiB }
                  - { at: 1ms, do: rdma-read, id: read, mr: mr0, size: 1MiB }
                """.formatted(rootComplex, link));
    }

    @Test
    void onAClientCpuWritesArriveAndReadsEndWithUnsupportedRequest() {
        RunOutcome outcome = run("profile: arrow-lake", "gen4 x16");
        assertThat(transfer(outcome, "write").bytes()).isEqualTo(1 << 20);
        assertThat(transfer(outcome, "read").bytes()).isZero();
        assertThat(outcome.events())
                .extracting(Event::detail)
                .anyMatch(text -> text.contains("root complex answers reads from peers with Unsupported Request"))
                .noneMatch(text -> text.contains("IOMMU fault"));
    }
}
