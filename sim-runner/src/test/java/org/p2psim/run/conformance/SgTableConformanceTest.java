package org.p2psim.run.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.scenario.evidence.Evidence;
import org.p2psim.scenario.evidence.EvidenceFile;
import org.p2psim.scenario.evidence.SgTableCase;

class SgTableConformanceTest {
    private static List<Case> check(String name, InputStream in) throws Exception {
        List<Case> cases = new ArrayList<>();
        try (EvidenceFile file = EvidenceFile.of(name, in)) {
            for (Optional<Evidence> next = file.next(); next.isPresent(); next = file.next()) {
                cases.add(SgTableConformance.check((SgTableCase) next.get()));
            }
        }
        return cases;
    }

    private static List<Case> check(String line) throws Exception {
        return check("line", new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)));
    }

    /** Two pages with a page between them; the builder of 6.7 gets two entries right. */
    private static final String TWO_PAGES = """
            {"id": "two", "algo": "v6", "input": {"pages": ["0x1000", "0x3000"], "page_size": 4096, \
            "dma_max_seg_size": 8192, "bar_base": "0x10000", "dram_base": "0x0", "fail_map_call": -1}, \
            "expect": {"rc": 0, "nents": 2, "entries": [{"off": "0x1000", "len": 4096}, {"off": "0x3000", "len": 4096}], \
            "orig_nents": 0, "unmapped": []}, "r2": {"rc": 0, "same_as_v6": true, "covers_exactly_the_pages": true, \
            "zero_len_entries": 0}}""";

    @Test
    void aCaseThatAgreesHasNoDifference() throws Exception {
        assertThat(check(TWO_PAGES)).containsExactly(new Case("two", true, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"rc\": 0, \"nents\": 2 | \"rc\": -12 | v6: rc: expected -12, got 0",
                "\"dma_max_seg_size\": 8192 | \"dma_max_seg_size\": 4095 "
                        + "| v6: rc: expected 0, got -22 (-EINVAL: the importer's largest segment is shorter than a page);"
                        + " r2: rc: expected 0, got -22 (-EINVAL: the importer's largest segment is shorter than a page)",
                "\"nents\": 2 | \"nents\": 3 | v6: nents: expected 3, got 2",
                "\"orig_nents\": 0 | \"orig_nents\": 2 | v6: orig_nents: expected 2, got 0",
                "0x3000\", \"len\" | 0x4000\", \"len\" | v6: entry 1: expected 0x14000 + 0x1000, got 0x13000 + 0x1000",
                ", {\"off\": \"0x3000\", \"len\": 4096} | '' | v6: entry 1: expected none (1 in all), got 0x13000 + 0x1000",
                "\"fail_map_call\": -1 | \"fail_map_call\": 1 "
                        + "| v6: rc: expected 0, got -12 (-ENOMEM: a segment could not be mapped for DMA);"
                        + " r2: rc: expected 0, got -12 (-ENOMEM: a segment could not be mapped for DMA)",
                "\"unmapped\": [] | \"unmapped\": [[\"0x11000\", 4096]] | v6: unmapped 0: expected 0x11000 + 0x1000, got none (0 in all)",
                "\"same_as_v6\": true | \"same_as_v6\": false | r2: same as v6: expected false, got true",
                "\"covers_exactly_the_pages\": true | \"covers_exactly_the_pages\": false "
                        + "| r2: shows the intended memory: expected false, got true",
                "\"zero_len_entries\": 0 | \"zero_len_entries\": 1 | r2: empty entries: expected 1, got 0"
            })
    void whatDiffersIsNamedOnOneLine(String from, String to, String difference) throws Exception {
        assertThat(TWO_PAGES).contains(from);
        assertThat(check(TWO_PAGES.replace(from, to))).containsExactly(new Case("two", false, difference));
    }

    @Test
    void aSliceOfABarAndPhysicalRangesAreCompared() throws Exception {
        assertThat(check("""
                {"id": "slice", "algo": "vfio-rfc-2022", "input": {"bar_start": "0xe0000000", "offset": 4096, \
                "size": 4097, "dma_max_seg_size": 4097}, "page_aligned": true, \
                "expect": {"rc": 0, "nents": 1, "entries": [{"dma": "0xe0001000", "off": "0x1000", "len": 4097}]}}""")).containsExactly(new Case("slice", false, "page aligned: expected true, got false"));
        assertThat(check("""
                {"id": "route", "algo": "phys-vec-6.19", "input": {"ranges": [["0xe0000000", 4096]], \
                "mode": "NOT_SUPPORTED", "iova": null}, "expect": {"rc": -22}}""")).containsExactly(new Case("route", true, ""));
        assertThat(check("""
                {"id": "each", "algo": "phys-vec-6.19", "input": {"ranges": [["0xe0000000", 4096]], \
                "mode": "iova", "iova": null}, "expect": {"rc": 0, "entries": [{"dma": "0xe0000000", "len": 8192}]}}"""))
                .containsExactly(
                        new Case("each", false, "entry 0: expected 0xe0000000 + 0x2000, got 0xe0000000 + 0x1000"));
    }
}
