package org.p2psim.scenario.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.MapType;
import org.p2psim.scenario.evidence.MachineAnswers.Row;

class MachineAnswersTest {
    private static final String HEAD = "# provider\tclient\tdistance\tmap_type\traw_dist\n";
    private static final String ROW = "0000:01:00.0\t0000:02:00.0\t-1\tNOT_SUPPORTED\t4\n";

    @TempDir
    private Path folder;

    private MachineAnswers table(String text) throws Exception {
        return MachineAnswers.open(Files.writeString(folder.resolve("p2p.tsv"), text));
    }

    @Test
    void aRowIsAPairWithItsAnswer() throws Exception {
        try (MachineAnswers answers = table(HEAD + ROW)) {
            assertThat(answers.next())
                    .contains(new Row(
                            folder.resolve("p2p.tsv") + ":2",
                            Bdf.parse("0000:01:00.0"),
                            Bdf.parse("0000:02:00.0"),
                            -1,
                            MapType.NOT_SUPPORTED,
                            4));
            assertThat(answers.next()).isEmpty();
        }
    }

    @Test
    void theTablesOfAMachineAreTheOneForEndpointsAndTheOneForAll() throws Exception {
        Path endpoints = Files.createFile(folder.resolve("p2p.tsv"));
        assertThat(MachineAnswers.tables(folder)).containsExactly(endpoints);
        Path all = Files.createFile(folder.resolve("p2p-all.tsv"));
        assertThat(MachineAnswers.tables(folder)).containsExactly(endpoints, all);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "->",
            value = {
                "0000:01:00.0 -> 01:00 -> \"01:00\" is not a PCI address; it looks like 0000:3b:00.0",
                "-1 -> no -> distance and raw_dist must be whole numbers: For input string: \"no\"",
                "NOT_SUPPORTED -> UNKNOWN -> \"UNKNOWN\" is no map type; there are BUS_ADDR, THRU_HOST_BRIDGE, NOT_SUPPORTED",
            })
    void aWrongCellIsNamedWithItsLine(String right, String wrong, String message) throws Exception {
        try (MachineAnswers answers = table(HEAD + ROW.replace(right, wrong))) {
            assertThatThrownBy(answers::next)
                    .isInstanceOf(EvidenceException.class)
                    .hasMessage(folder.resolve("p2p.tsv") + ":2: " + message);
        }
    }

    @Test
    void aRowMustHaveFiveCells() throws Exception {
        try (MachineAnswers answers = table(ROW.replace('\t', ' '))) {
            assertThatThrownBy(answers::next)
                    .hasMessageContaining(
                            ":1: a row has provider, client, distance, map_type, raw_dist with one tab between, not 1 cells");
        }
    }

    @Test
    void otherColumnsAreRefused() throws Exception {
        try (MachineAnswers answers = table(HEAD.replace("distance", "map_type"))) {
            assertThatThrownBy(answers::next)
                    .hasMessageContaining(":1: the columns must be provider, client, distance");
        }
    }
}
