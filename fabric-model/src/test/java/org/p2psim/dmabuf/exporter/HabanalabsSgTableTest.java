package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongBinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The table builder against recorded tables: see the README of the resources. */
class HabanalabsSgTableTest {
    static Stream<Arguments> vectors() throws Exception {
        JsonMapper json = new JsonMapper();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(HabanalabsSgTableTest.class.getResourceAsStream("sgtable-vectors.jsonl")),
                StandardCharsets.UTF_8))) {
            return lines
                    .lines()
                    .map(json::readTree)
                    .map(vector -> Arguments.of(
                            vector.get("id").asString() + " "
                                    + vector.get("tag").asString(),
                            vector))
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void tableIsTheDrivers(String name, JsonNode vector) {
        JsonNode input = vector.get("input");
        JsonNode expect = vector.get("expect");
        List<SgTable.Entry> unmapped = new ArrayList<>();
        HabanalabsSgTable builder = new HabanalabsSgTable(
                input.get("pages").valueStream().map(page -> address(page)).toList(),
                input.get("page_size").asLong(),
                address(input.get("bar_base")),
                address(input.get("dram_base")));

        Reply<SgTable> reply = builder.build(
                input.get("dma_max_seg_size").asLong(),
                input.get("PAGE_SIZE").asLong(),
                failingAt(input.path("fail_map_call")),
                unmapped);

        int rc = expect.get("rc").asInt();
        if (reply instanceof Reply.Refused<SgTable> refused) {
            assertThat(-refused.errno().number()).as(refused.why()).isEqualTo(rc);
            assertThat(unmapped)
                    .isEqualTo(expect.path("unmapped")
                            .valueStream()
                            .map(entry -> new SgTable.Entry(
                                    address(entry.get(0)), entry.get(1).asLong()))
                            .toList());
        } else if (reply instanceof Reply.Done<SgTable> done) {
            assertThat(rc).isZero();
            assertThat(done.value().entries())
                    .isEqualTo(expect.get("entries")
                            .valueStream()
                            .map(entry -> new SgTable.Entry(
                                    address(entry.get("dma")), entry.get("len").asLong()))
                            .toList());
        }
    }

    private static long address(JsonNode text) {
        return Long.parseUnsignedLong(text.asString().substring(2), 16);
    }

    /** Maps every address to itself; the call of this number fails. */
    private static LongBinaryOperator failingAt(JsonNode call) {
        AtomicInteger calls = new AtomicInteger();
        int failing = call.asInt(-1);
        return (address, length) -> calls.getAndIncrement() == failing ? DmaMap.FAILED : address;
    }
}
