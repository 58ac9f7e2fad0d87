package org.p2psim.scenario.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2psim.scenario.evidence.EvidenceSource.CapturedMachine;
import org.p2psim.scenario.evidence.EvidenceSource.Timing;
import org.p2psim.scenario.evidence.EvidenceSource.Vectors;

class EvidenceSearchTest {
    @TempDir
    private Path folder;

    private Path touch(String name) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    @Test
    void aFolderIsSearchedForVectorsAndMachinesInTheOrderOfNames() throws Exception {
        Path second = touch("b/vectors.jsonl.gz");
        Path first = touch("b/a.jsonl");
        touch("machines/one/p2p.tsv");
        touch("b/README.md");
        touch("machines/one/p2p-all.tsv");
        touch("machines/two/lspci-nn.txt");
        assertThat(EvidenceSearch.in(folder))
                .containsExactly(
                        new Vectors(first), new Vectors(second), new CapturedMachine(folder.resolve("machines/one")));
    }

    @Test
    void theFolderOfAMachineIsThatMachine() throws Exception {
        touch("p2p.tsv");
        assertThat(EvidenceSearch.in(folder)).containsExactly(new CapturedMachine(folder));
    }

    @Test
    void aFileIsTakenWhateverItsNameIs() throws Exception {
        Path file = touch("recorded.txt");
        assertThat(EvidenceSearch.in(file)).containsExactly(new Vectors(file));
    }

    @Test
    void tablesOfTimingAreKnownByTheirHeaderWhateverTheirNameIs() throws Exception {
        String header = "config,op,size,eff_gbps,mtrans_per_s\n";
        Path table = Files.writeString(touch("some.csv"), header);
        Files.writeString(touch("other.csv"), "name,price\n");
        Path single = Files.writeString(touch("points.txt"), header);
        assertThat(EvidenceSearch.in(folder)).containsExactly(new Timing(table));
        assertThat(EvidenceSearch.in(single)).containsExactly(new Timing(single));
    }

    @Test
    void aLinkThatLeadsBackIsNotFollowed() throws Exception {
        Path file = touch("a/vectors.jsonl");
        Files.createSymbolicLink(folder.resolve("a/again"), folder);
        assertThat(EvidenceSearch.in(folder)).containsExactly(new Vectors(file));
    }

    @Test
    void aFolderWithoutEvidenceIsSaidToHaveNone() throws Exception {
        touch("README.md");
        assertThatThrownBy(() -> EvidenceSearch.in(folder))
                .isInstanceOf(EvidenceException.class)
                .hasMessage(
                        "%s: no evidence in this folder: no *.jsonl or *.jsonl.gz file, no table of timing (*.csv), and no machine with a p2p.tsv",
                        folder);
    }
}
