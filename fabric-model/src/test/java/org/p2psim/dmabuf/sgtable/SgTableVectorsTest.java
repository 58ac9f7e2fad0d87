package org.p2psim.dmabuf.sgtable;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.p2p.MapType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The builders against worked-out tables, every field of them: see the README of the resources. */
class SgTableVectorsTest {
    private static final long PAGE_SIZE = 4096;

    /** One line of a file. */
    private record Vector(JsonNode json) {
        JsonNode input() {
            return json.get("input");
        }

        long number(String field) {
            return input().get(field).asLong();
        }

        long address(String field) {
            return hex(input().get(field));
        }

        @Override
        public String toString() {
            return json.get("id").asString() + " " + json.path("tag").asString("");
        }
    }

    /** What a builder answered, and what it unmapped on the way out. */
    private record Built(int rc, List<SgTable.Entry> entries, List<SgTable.Entry> unmapped) {
        static Built of(Reply<SgTable> reply, RecordingDmaMap dmaMap) {
            if (reply instanceof Reply.Refused<SgTable> refused) {
                return new Built(-refused.errno().number(), List.of(), dmaMap.unmapped);
            }
            return new Built(0, ((Reply.Done<SgTable>) reply).value().entries(), dmaMap.unmapped);
        }

        List<SgTable.Entry> coverage() {
            return new SgTable(entries).coverage();
        }

        long empty() {
            return entries.stream().filter(entry -> entry.length() == 0).count();
        }
    }

    private static List<Vector> read(String resource) throws Exception {
        JsonMapper json = new JsonMapper();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(SgTableVectorsTest.class.getResourceAsStream(resource)),
                StandardCharsets.UTF_8))) {
            return lines.lines().map(json::readTree).map(Vector::new).toList();
        }
    }

    static List<Vector> ofThePostedBuilder() throws Exception {
        return read("sgtable-vectors.jsonl");
    }

    private static Stream<Vector> extra(String algorithm) throws Exception {
        return read("sgtable-vectors-extra.jsonl").stream()
                .filter(vector -> vector.json().get("algo").asString().equals(algorithm));
    }

    static Stream<Vector> ofPartialExports() throws Exception {
        return extra("r1-r2");
    }

    static Stream<Vector> ofTheVfioRfc() throws Exception {
        return extra("vfio-rfc-2022");
    }

    static Stream<Vector> ofPhysicalRanges() throws Exception {
        return extra("phys-vec-6.19");
    }

    private static long hex(JsonNode text) {
        return Long.parseUnsignedLong(text.asString().substring(2), 16);
    }

    private static DevicePages memory(Vector vector) {
        List<Long> pages = vector.input()
                .get("pages")
                .valueStream()
                .map(SgTableVectorsTest::hex)
                .toList();
        long whole = pages.size() * vector.number("page_size");
        return new DevicePages(
                pages,
                vector.number("page_size"),
                vector.input().path("offset").asLong(0),
                vector.input().path("exported_size").asLong(whole),
                vector.address("bar_base"),
                vector.address("dram_base"));
    }

    private static Built build(HabanalabsSgTable builder, Vector vector) {
        RecordingDmaMap dmaMap =
                new RecordingDmaMap(vector.input().path("fail_map_call").asInt(-1));
        Reply<SgTable> reply = builder.build(
                memory(vector),
                vector.input().path("PAGE_SIZE").asLong(PAGE_SIZE),
                RecordingDmaMap.importer(vector.number("dma_max_seg_size")),
                dmaMap);
        return Built.of(reply, dmaMap);
    }

    /** Checks rc, entries by DMA address and by offset, their number, orig_nents and what was unmapped. */
    private static void check(String what, Built built, JsonNode stated, long base) {
        assertThat(built.rc()).as(what).isEqualTo(stated.get("rc").asInt());
        if (stated.has("entries")) {
            List<SgTable.Entry> offsets = built.entries().stream()
                    .map(entry -> new SgTable.Entry(entry.address() - base, entry.length()))
                    .toList();
            assertThat(offsets).as(what).isEqualTo(entries(stated.get("entries"), "off"));
            if (stated.get("entries").path(0).has("dma")) {
                assertThat(built.entries()).as(what).isEqualTo(entries(stated.get("entries"), "dma"));
            }
        }
        if (stated.has("nents")) {
            assertThat(built.entries()).as(what).hasSize(stated.get("nents").asInt());
            // tables of device memory have no CPU pages
            assertThat(stated.get("orig_nents").asInt()).isZero();
        }
        List<SgTable.Entry> undone = stated.path("unmapped")
                .valueStream()
                .map(entry -> new SgTable.Entry(hex(entry.get(0)), entry.get(1).asLong()))
                .toList();
        if (stated.has("unmapped") || built.rc() == 0) {
            assertThat(built.unmapped()).as(what).isEqualTo(undone);
        }
    }

    private static List<SgTable.Entry> entries(JsonNode array, String address) {
        return array.valueStream()
                .map(entry -> new SgTable.Entry(
                        hex(entry.get(address)), entry.get("len").asLong()))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofThePostedBuilder")
    void wholePages(Vector vector) {
        long bar = vector.address("bar_base");
        Built posted = build(HabanalabsSgTable.V6, vector);
        check("v6", posted, vector.json().get("expect"), bar);
        assertThat(vector.input().get("pages")).hasSize((int) vector.number("npages"));
        if (vector.json().has("r2")) {
            List<SgTable.Entry> pages = pages(vector);
            compare(
                    "r2",
                    build(HabanalabsSgTable.R2, vector),
                    posted,
                    pages,
                    vector.json().get("r2"),
                    bar);
            Built fixed = build(HabanalabsSgTable.R2_FIXED, vector);
            compare("r2_fixed", fixed, posted, pages, vector.json().get("r2_fixed"), bar);
            // with nothing left out, 6.3 built what 5.16 built
            assertThat(build(HabanalabsSgTable.R1, vector)).isEqualTo(posted);
        }
    }

    /** The exported memory, in the addresses of the BAR. */
    private static List<SgTable.Entry> pages(Vector vector) {
        DevicePages memory = memory(vector);
        return new SgTable(memory.pages().stream()
                        .map(page -> new SgTable.Entry(memory.barAddress(page), memory.pageSize()))
                        .toList())
                .coverage();
    }

    private static void compare(
            String what, Built built, Built posted, List<SgTable.Entry> pages, JsonNode stated, long bar) {
        check(what, built, stated, bar);
        assertThat(built.rc() == 0 && built.entries().equals(posted.entries()))
                .as(what)
                .isEqualTo(stated.get("same_as_v6").asBoolean());
        assertThat(built.rc() == 0 && built.coverage().equals(pages))
                .as(what)
                .isEqualTo(stated.get("covers_exactly_the_pages").asBoolean());
        assertThat(built.empty())
                .as(what)
                .isEqualTo(stated.get("zero_len_entries").asLong());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofPartialExports")
    void partOfThePages(Vector vector) {
        long bar = vector.address("bar_base");
        List<SgTable.Entry> intended = entries(vector.json().get("intended"), "off").stream()
                .map(entry -> new SgTable.Entry(entry.address() + bar, entry.length()))
                .toList();
        for (HabanalabsSgTable builder :
                List.of(HabanalabsSgTable.R1, HabanalabsSgTable.R2, HabanalabsSgTable.R2_FIXED)) {
            String name = builder.name().toLowerCase(Locale.ROOT);
            Built built = build(builder, vector);
            check(name, built, vector.json().get(name), bar);
            assertThat(built.coverage().equals(intended))
                    .as(name)
                    .isEqualTo(vector.json().get(name + "_correct").asBoolean());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofTheVfioRfc")
    void sliceOfABar(Vector vector) {
        long bar = vector.address("bar_start");
        RecordingDmaMap dmaMap = new RecordingDmaMap(-1);
        Built built = Built.of(
                VfioRfcSgTable.build(
                        bar + vector.number("offset"),
                        vector.number("size"),
                        RecordingDmaMap.importer(vector.number("dma_max_seg_size")),
                        dmaMap),
                dmaMap);
        check("vfio", built, vector.json().get("expect"), bar);
        assertThat(built.entries().stream().allMatch(entry -> (entry.address() | entry.length()) % PAGE_SIZE == 0))
                .isEqualTo(vector.json().get("page_aligned").asBoolean());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ofPhysicalRanges")
    void physicalRanges(Vector vector) {
        ImmutableList<AddressRange> ranges = vector.input()
                .get("ranges")
                .valueStream()
                .map(range -> new AddressRange(hex(range.get(0)), range.get(1).asLong()))
                .collect(ImmutableList.toImmutableList());
        boolean bus = vector.input().get("mode").asString().equals("bus");
        RecordingDmaMap dmaMap = new RecordingDmaMap(-1);
        Reply<SgTable> reply = PhysVecSgTable.WHOLE_PAGE_CUTS.build(
                new PhysVec(ranges, 0),
                bus ? MapType.BUS_ADDR : MapType.THRU_HOST_BRIDGE,
                bus ? OptionalLong.empty() : OptionalLong.of(vector.address("iova")),
                PAGE_SIZE,
                RecordingDmaMap.importer(65536),
                dmaMap);
        check("phys-vec", Built.of(reply, dmaMap), vector.json().get("expect"), 0);
    }

    @Test
    void allLinesAreThere() throws Exception {
        assertThat(ofThePostedBuilder()).hasSize(345);
        assertThat(ofPartialExports()).hasSize(15);
        assertThat(ofTheVfioRfc()).hasSize(8);
        assertThat(ofPhysicalRanges()).hasSize(14);
    }
}
