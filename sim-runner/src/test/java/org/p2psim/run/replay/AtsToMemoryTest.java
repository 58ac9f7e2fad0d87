package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.run.Simulation;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;
import org.p2psim.unit.Ticks;

/** Reads of host memory at random, one at a time, behind an IOMMU that translates. */
class AtsToMemoryTest {
    private static double nanoseconds(String ats) {
        String file = """
                p2psim: 1
                title: test
                kernel: { release: "6.12" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: AuthenticAMD, family: 25 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:00"
                      iommu: { mode: translating }
                      root-ports: [ { id: rp0, link: gen5 x16, device: gpu0 } ]
                devices:
                  gpu0: { type: gpu%s }
                variants: { bare-metal: {} }
                timeline:
                  - { at: 0ns, do: traffic, id: load, from: gpu0, to: memory, direction: read, size: 6400B, request: 64B, depth: 1, pattern: random, window: 1GiB }
                """.formatted(ats);
        ScenarioFile read = ScenarioReader.read("test.yaml", file.getBytes(StandardCharsets.UTF_8), List.of());
        assertThat(read.problems()).isEmpty();
        long ticks = new Simulation("test")
                .run(read.plans().get(0))
                .transfers()
                .get(0)
                .latency()
                .at(50);
        return ticks / (double) Ticks.PER_NANOSECOND;
    }

    /** 500 ns of the memory and 1 us of a Translation Request; the IOMMU itself has nothing to translate. */
    @Test
    void aFunctionWithAtsAsksForTranslationsOfHostMemoryToo() {
        assertThat(nanoseconds(", ats: { entries: 4, page: 4KiB, miss: 1us }")).isBetween(1500.0, 1530.0);
    }

    @Test
    void withTheTranslationAtHandItTakesWhatTheMemoryTakes() {
        assertThat(nanoseconds(", ats: { entries: 4, page: 1GiB, miss: 1us }")).isBetween(500.0, 530.0);
    }
}
