package org.p2psim.report.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.SampleLifetimes;
import org.p2psim.report.SampleOutcomes;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a viewer of the Trace Event Format relies on. */
class TraceReportTest {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static String text(List<RunOutcome> runs) throws IOException {
        StringWriter out = new StringWriter();
        TraceReport.write(runs, out);
        return out.toString();
    }

    private static List<JsonNode> events(List<RunOutcome> runs) throws IOException {
        JsonNode document = MAPPER.readTree(text(runs));
        assertThat(document.path("displayTimeUnit").asString()).isEqualTo("ns");
        return new ArrayList<>(document.path("traceEvents").valueStream().toList());
    }

    private static List<RunOutcome> samples() {
        return List.of(SampleLifetimes.doubleInversion(), SampleOutcomes.bareMetal(), SampleOutcomes.vm());
    }

    private static String phase(JsonNode event) {
        return event.path("ph").asString();
    }

    private static BigDecimal time(JsonNode event) {
        return event.path("ts").decimalValue();
    }

    private static String line(JsonNode event) {
        return event.path("pid").asInt() + "/" + event.path("tid").asInt();
    }

    @Test
    void slicesOfALineNestAndEverythingIsInOrderOfTime() throws IOException {
        Map<String, Deque<BigDecimal>> open = new HashMap<>();
        Map<Integer, BigDecimal> last = new HashMap<>();
        for (JsonNode event : events(samples())) {
            if (phase(event).equals("M")) {
                continue;
            }
            int pid = event.path("pid").asInt();
            assertThat(time(event)).isGreaterThanOrEqualTo(last.getOrDefault(pid, BigDecimal.ZERO));
            last.put(pid, time(event));
            Deque<BigDecimal> stack = open.computeIfAbsent(line(event), name -> new ArrayDeque<>());
            if (phase(event).equals("B")) {
                assertThat(stack).as("a slice within a slice of %s", event).isEmpty();
                stack.push(time(event));
            } else if (phase(event).equals("E")) {
                assertThat(stack.pop()).isLessThan(time(event));
            }
        }
        assertThat(last).containsOnlyKeys(1, 2, 3);
        assertThat(open.values()).allMatch(Deque::isEmpty);
    }

    @Test
    void aRunIsAProcessAndEveryLineHasAName() throws IOException {
        List<JsonNode> events = events(samples());
        List<String> named = new ArrayList<>();
        List<String> used = new ArrayList<>();
        for (JsonNode event : events) {
            if (event.path("name").asString("").equals("thread_name")) {
                named.add(line(event));
            } else if ("BEisf".contains(phase(event))) {
                used.add(line(event));
            }
        }
        assertThat(named).doesNotHaveDuplicates().containsAll(used);
        assertThat(events.stream()
                        .filter(event -> event.path("name").asString("").equals("process_name"))
                        .map(event -> event.path("args").path("name").asString()))
                .hasSize(3)
                .doesNotHaveDuplicates();
    }

    @Test
    void statesOperationsViolationsAndNotificationsAreThere() throws IOException {
        List<String> told = events(List.of(SampleLifetimes.doubleInversion())).stream()
                .filter(event -> phase(event).equals("B") || phase(event).equals("i"))
                .map(event -> "%s %s %s"
                        .formatted(
                                phase(event),
                                event.path("cat").asString(),
                                event.path("name").asString()))
                .toList();
        assertThat(told)
                .contains(
                        "B state in reset",
                        "B done reset n0",
                        "i violation I-08",
                        "i effect notify",
                        "B wait waits for reset of n0",
                        "B refused rdma-write w2: -ENODEV");
    }

    @Test
    void anArrowGoesFromWhatHeldSomebodyUpToTheOneWhoWaited() throws IOException {
        List<JsonNode> events = events(List.of(SampleLifetimes.doubleInversion()));
        Map<Integer, Integer> starts = new HashMap<>();
        int arrows = 0;
        for (int i = 0; i < events.size(); i++) {
            JsonNode event = events.get(i);
            if (phase(event).equals("s")) {
                assertThat(starts.put(event.path("id").asInt(), i)).isNull();
            } else if (phase(event).equals("f")) {
                arrows++;
                JsonNode from = events.get(starts.getOrDefault(event.path("id").asInt(), -1));
                assertThat(time(from)).isLessThanOrEqualTo(time(event));
                assertThat(line(from)).isNotEqualTo(line(event));
                JsonNode waits = events.get(i - 1);
                assertThat(waits.path("cat").asString()).isEqualTo("wait");
                assertThat(line(waits)).isEqualTo(line(event));
            }
        }
        assertThat(arrows).isPositive().isEqualTo(starts.size());
    }

    @Test
    void timesAreExactToTheTick() {
        assertThat(TraceWriter.microseconds(1)).isEqualTo("0.0000000625");
        assertThat(TraceWriter.microseconds(0)).isEqualTo("0");
        assertThat(TraceWriter.microseconds(16_000_000L * 3600 * 1_000_000)).isEqualTo("3600000000");
        assertThat(TraceWriter.microseconds(1_047_732_987)).isEqualTo("65.4833116875");
    }

    @Test
    void equalOutcomesGiveTheSameBytes() throws IOException {
        assertThat(text(samples())).isEqualTo(text(samples()));
    }

    @Test
    void slicesThatOverlapAreOnLinesOfTheirOwn() {
        for (int seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Track track = new Track("t", random.nextBoolean());
            int count = random.nextInt(1, 40);
            for (int i = 0; i < count; i++) {
                long start = random.nextInt(100);
                track.add(new Mark(start, start + random.nextInt(20), "m", "c", Mark.NO_EVENT, Map.of()));
            }
            int found = 0;
            for (List<Mark> line : track.lines()) {
                long end = 0;
                for (Mark mark : line) {
                    if (mark.isSlice()) {
                        assertThat(mark.start()).as("seed %d", seed).isGreaterThanOrEqualTo(end);
                        end = mark.end();
                    }
                }
                found += line.size();
            }
            assertThat(found).as("seed %d", seed).isEqualTo(count);
        }
    }

    @Test
    void aDiskThatIsFullIsToldAsSuch() {
        Writer full = new Writer() {
            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("no space left");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TraceReport.write(samples(), full))
                .withMessageContaining("no space left");
    }
}
