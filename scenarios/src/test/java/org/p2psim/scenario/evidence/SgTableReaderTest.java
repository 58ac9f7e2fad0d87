package org.p2psim.scenario.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.p2p.MapType;

class SgTableReaderTest {
    private static final String CASE = """
            {"id": "one", "algo": "v6", "input": {"pages": ["0x1000", 8192], "npages": 2, "page_size": 4096, \
            "dma_max_seg_size": 18446744073709551615, "bar_base": "0xffff000000000000", "dram_base": 0}, \
            "expect": {"rc": 0, "entries": [{"dma": "0xffff000000001000", "off": "0x1000", "len": 8192}]}, "note": "x"}""";
    private static final String RANGES = """
            {"id": "ranges", "algo": "phys-vec-6.19", "input": {"ranges": [["0xe0000000", 4096]], "mode": "bus", \
            "iova": null}, "expect": {"rc": -22}}""";

    private static List<SgTableCase> read(String file) throws EvidenceException {
        List<SgTableCase> cases = new ArrayList<>();
        InputStream in = new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8));
        try (EvidenceFile evidence = EvidenceFile.of("tables.jsonl", in)) {
            for (Optional<Evidence> next = evidence.next(); next.isPresent(); next = evidence.next()) {
                cases.add((SgTableCase) next.get());
            }
        }
        return cases;
    }

    @Test
    void aLineIsACase() throws Exception {
        SgTableCase.DeviceMemory read = (SgTableCase.DeviceMemory) read(CASE).get(0);
        assertThat(read.id()).isEqualTo("one");
        assertThat(read.memory().pages()).containsExactly(0x1000L, 0x2000L);
        assertThat(read.memory().exportedSize()).isEqualTo(8192);
        assertThat(read.maxSegmentSize()).isEqualTo(-1);
        assertThat(read.expected()).containsOnlyKeys(HabanalabsSgTable.V6);
        SgTableCase.Expected expected = read.expected().values().iterator().next();
        assertThat(expected.entries()).hasValue(List.of(new SgTable.Entry(0xffff_0000_0000_1000L, 8192)));
        assertThat(expected.nents()).isEmpty();
    }

    @Test
    void rangesThatNobodyCanReachAreACaseToo() throws Exception {
        String refused = RANGES.replace("\"bus\"", "\"NOT_SUPPORTED\"");
        assertThat(((SgTableCase.PhysicalRanges) read(refused).get(0)).mapType())
                .isEqualTo(MapType.NOT_SUPPORTED);
    }

    @ParameterizedTest(name = "{1} instead of {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"id\": \"one\", | `` | id is missing",
                "\"id\": \"one\" | \"id\": 7 | id is 7, not text",
                "\"v6\" | \"v7\" "
                        + "| algo is \"v7\", not v6, r1, r2, r2_fixed, r1-r2, vfio-rfc-2022 or phys-vec-6.19",
                "\"0x1000\", 8192 | \"0x1000\", -1 | input.pages[1] is -1, not a whole number from 0 to 2^64 - 1, or such a"
                        + " number as text (\"0x1000\")",
                "\"0x1000\", 8192 | \"0x1000\", 1e3 | input.pages[1] is 1000.0, not a whole number",
                "\"0x1000\", 8192 | \"0x1000\", \"4k\" | input.pages[1] is \"4k\", not a whole number",
                "18446744073709551615 | 18446744073709551616 | input.dma_max_seg_size is 18446744073709551616, not a whole",
                "[\"0x1000\", 8192] | 4 | input.pages is 4, not a list in [ ]",
                "[\"0x1000\", 8192], \"npages\": 2 | [] | input: 0 pages of 0x1000 bytes",
                "\"npages\": 2 | \"npages\": 3 | input.npages is 3, not 2, the number of pages",
                "\"page_size\": 4096 | \"page_size\": 0 | input: 2 pages of 0x0 bytes",
                "\"page_size\": 4096 | \"page_size\": 4096, \"PAGE_SIZE\": 4097 | input.PAGE_SIZE is 4097, not a power of two",
                "\"page_size\": 4096 | \"page_size\": 4096, \"offset\": 8192, \"exported_size\": 1 "
                        + "| input: 0x1 bytes from offset 0x2000 on are not in 2 pages of 0x1000 bytes",
                "\"rc\": 0 | \"rc\": true | expect.rc is true, not a whole number from -2^31 to 2^31 - 1",
                "\"off\": \"0x1000\" | \"off\": \"0x2000\" | expect.entries[0]: off is not dma less the base 0xffff000000000000",
                "\"dma\": \"0xffff000000001000\", \"off\": \"0x1000\", | `` | not an entry with its address (dma or off)",
                "\"expect\" | \"expected\" | expect is missing",
                "\"note\": \"x\" | \"id\": \"two\" | not a JSON object: Duplicate",
                "\"note\": \"x\"} | \"note\": \"x\"}} | not a JSON object",
                "\"note\": \"x\"} | \"note\": | not a JSON object",
                "\"algo\": \"v6\" | \"algo\": \"r1-r2\" | states no table: r1, r2 or r2_fixed"
            })
    void whatIsWrongIsSaidWithItsLineAndPlace(String from, String to, String problem) {
        assertThat(CASE).contains(from);
        String bad = RANGES + "\n\n" + CASE.replace(from, to);
        assertThatThrownBy(() -> read(bad))
                .isInstanceOf(EvidenceException.class)
                .hasMessageStartingWith("tables.jsonl:3: ")
                .hasMessageContaining(problem);
    }

    @ParameterizedTest(name = "{1} instead of {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"bus\" | \"train\" | input.mode is \"train\", not bus (BUS_ADDR), iova (THRU_HOST_BRIDGE) or NOT_SUPPORTED",
                "4096 | 0 | input.ranges[0]: an address range has at least one byte",
                "4096 | 18446744073709551615 | input.ranges[0]: range at 0xe0000000",
                ", 4096 | `` | input.ranges[0] is [\"0xe0000000\"], not a list of an address and a length"
            })
    void whatIsWrongWithRangesIsSaid(String from, String to, String problem) {
        assertThat(RANGES).contains(from);
        assertThatThrownBy(() -> read(RANGES.replace(from, to)))
                .isInstanceOf(EvidenceException.class)
                .hasMessageStartingWith("tables.jsonl:1: " + problem);
    }
}
