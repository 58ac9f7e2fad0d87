package org.p2psim.scenario.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.p2psim.scenario.inventory.ImportedMachine;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;
import org.p2psim.scenario.yaml.ScenarioWriter;

/** Whatever a dump shows, its scenario file is a good one, and the same machine. */
class RandomInventoryTest {
    private static final int RUNS = 1500;

    @Test
    void everyInventoryBecomesAFileThatIsTheSameMachine() {
        for (long seed = 0; seed < RUNS; seed++) {
            try {
                check(RandomInventory.of(new SplittableRandom(seed)));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void check(Inventory inventory) throws Exception {
        Dump dump = Dump.of("lspci:random").orElseThrow();
        ImportedMachine machine = dump.machine(inventory);
        ScenarioFile direct = dump.read(machine, List.of());
        String text = ScenarioWriter.write(machine);
        ScenarioFile imported = ScenarioReader.read("random.yaml", text.getBytes(StandardCharsets.UTF_8), List.of());
        assertThat(imported.problems()).as(text).isEmpty();
        assertThat(imported.plans().get(0).fabric())
                .as(text)
                .isEqualTo(direct.plans().get(0).fabric());
        assertThat(direct.plans().get(0).fabric().functions())
                .extracting(function -> function.address())
                .containsAll(inventory.functions().stream()
                        .map(function -> function.address())
                        .toList());
    }
}
