package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.Note;
import org.p2psim.run.ScenarioText;

/** Values that no line of a scenario states are named in the report of a run in which they count, and in no other. */
class AssumptionsTest {
    private static List<String> assumed(String wire, String media, String line) {
        String file = """
                p2psim: 1
                title: test
                kernel: { release: "5.15" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: AuthenticAMD, family: 25 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      root-ports:
                        - { id: rp0, link: gen4 x16, credits: infinite, device: acc0 }
                        - { id: rp1, link: gen4 x16, device: nic0 }
                        - { id: rp2, link: gen4 x4, device: nvme0 }
                devices:
                  acc0:
                    type: habanalabs
                    dram: { base: 0x20000000, size: 32GiB }
                    bars: { 4: { size: 32GiB, prefetchable: true } }
                  nic0: { type: rdma-nic, id: "15b3:101b", bars: { 0: { size: 32MiB, prefetchable: true } }, wire: %s }
                  nvme0: { type: nvme%s }
                variants: { bare-metal: {} }
                timeline:
                  - { at: 0ns, do: export, dma-buf: buf, from: acc0, address: 0x24000000, size: 1MiB }
                  - { at: 1us, do: register-mr, mr: mr0, nic: nic0, dma-buf: buf, access: [remote-read, remote-write, local-write] }
                %s
                """.formatted(wire, media, line.isEmpty() ? "" : "  - { at: 10us, " + line + " }");
        return ScenarioText.run(file).notes().stream()
                .filter(note -> note.kind() == Note.Kind.ASSUMED || note.kind() == Note.Kind.SOURCE)
                .map(Note::text)
                .toList();
    }

    private static List<String> assumed(String line) {
        return assumed("{ rate: 100Gb/s }", "", line);
    }

    @Test
    void nothingThatMovesMeansNothingIsTakenForItsTime() {
        assertThat(assumed(""))
                .noneMatch(text -> text.contains("credits"))
                .noneMatch(text -> text.contains("wire"))
                .noneMatch(text -> text.contains("memory answers"));
    }

    @Test
    void receiversWithoutCreditsAreNamedIfTheirLinkWasUsed() {
        String busy =
                "receivers that state no credits have as many as keep their link busy for 500 ns and the latency behind them";
        assertThat(assumed("do: traffic, from: nic0, to: acc0, direction: write, size: 1MiB, request: 4KiB"))
                .contains(busy + " (acc0, rp1)");
    }

    @Test
    void aWireIsNamedWhereItIsUsedAndNotStated() {
        String read = "do: rdma-read, mr: mr0, size: 1MiB";
        assertThat(assumed(read))
                .contains("a wire takes 1 us (nic0)", "packets of 4 KiB (nic0)")
                .anyMatch(text -> text.startsWith("an RDMA operation has 1 MiB on its way at most"))
                .anyMatch(text -> text.startsWith("packets cost 82 bytes"));
        assertThat(assumed("{ rate: 100Gb/s, latency: 2us, mtu: 1024B, header: 26B }", "", read))
                .noneMatch(text -> text.contains("a wire takes") || text.contains("packets"));
    }

    @Test
    void aDriveAndItsCommandsAreNamedWhereTheyAreNotStated() {
        assertThat(assumed("do: nvme-read, id: load, nvme: nvme0, to: memory, size: 1MiB"))
                .contains(
                        "commands of 4 KiB (load)",
                        "32 commands at once (load)",
                        "the media of a drive is never the limit (nvme0)",
                        "the bandwidth of memory is never the limit (s0)");
        String media = ", media: { read-rate: 7GB/s, write-rate: 4GB/s, latency: 80us }";
        String said = "do: nvme-read, nvme: nvme0, to: memory, size: 1MiB, request: 4KiB, depth: 8";
        assertThat(assumed("{ rate: 1Gb/s }", media, said))
                .noneMatch(text -> text.contains("commands") || text.contains("media"));
    }

    @Test
    void memoryIsNamedWhereItIsRead() {
        String read = "do: traffic, from: nic0, to: memory, direction: read, size: 1MiB, request: 4KiB";
        assertThat(assumed(read)).contains("memory answers reads in 500 ns where nothing else is stated (s0)");
        assertThat(assumed(read.replace("read,", "write,"))).noneMatch(text -> text.contains("memory answers"));
    }

    @Test
    void writesThatTakeNoTimeAtTheirTargetAreNamed() {
        String atOnce = "a write counts once its last byte has arrived";
        String write = "do: traffic, from: nic0, to: acc0, direction: write, size: 1MiB, request: 4KiB";
        assertThat(assumed(write)).anyMatch(text -> text.startsWith(atOnce) && text.endsWith("(acc0)"));
        assertThat(assumed(write.replace("acc0", "memory")))
                .anyMatch(text -> text.startsWith(atOnce) && text.endsWith("(s0)"));
        assertThat(assumed(write.replace("write,", "read,"))).noneMatch(text -> text.startsWith(atOnce));
        assertThat(assumed(
                        "{ rate: 100Gb/s }, write-latency: 100ns",
                        "",
                        write.replace("nic0", "nvme0").replace("acc0", "nic0")))
                .noneMatch(text -> text.startsWith(atOnce));
    }
}
