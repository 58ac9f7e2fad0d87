package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.library.Library;
import org.p2psim.scenario.profile.Profiles;
import org.p2psim.scenario.quantity.Quantities;
import org.p2psim.scenario.quantity.Spelling;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** What is written is read as what it was. */
class ScenarioWriterTest {
    private static ScenarioFile read(String text) {
        ScenarioFile file = Sketch.read(text);
        assertThat(file.problems().stream().map(Problem::render)).as(text).isEmpty();
        return file;
    }

    /** The scenario as its file states it. */
    private static Scenario scenario(String text) {
        YamlDocument document = YamlReader.read(SourceText.ofFile("file.yaml", text));
        return Binder.bind(document.tree(), new ArrayList<>()).orElseThrow();
    }

    /** All of a plan that does not say how its file was written. */
    private static List<Object> content(Plan plan) {
        List<Object> content = new ArrayList<>();
        for (RecordComponent component : Plan.class.getRecordComponents()) {
            if (!Set.of("digest", "fabric", "expectations", "notes").contains(component.getName())) {
                try {
                    content.add(component.getAccessor().invoke(plan));
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        content.add(plan.fabric().functions());
        content.add(plan.fabric().hostBridges());
        content.add(plan.fabric().sockets());
        content.add(plan.fabric().socketLink());
        plan.expectations().forEach(expected -> content.add(expected.expectation()));
        content.add(new HashSet<>(plan.notes()));
        return content;
    }

    private static void assertSamePlans(String text) {
        String written = ScenarioWriter.write(scenario(text));
        List<Plan> before = read(text).plans();
        List<Plan> after = read(written).plans();
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < before.size(); i++) {
            assertThat(content(after.get(i))).isEqualTo(content(before.get(i)));
        }
        assertThat(ScenarioWriter.write(scenario(written))).isEqualTo(written);
    }

    private static String resource(String name) {
        try {
            return Resources.toString(Resources.getResource(ScenarioWriterTest.class, name), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<String> files() {
        return Stream.concat(
                Library.names().stream().map(Library::text),
                Stream.of("sketch.yaml", "timings.yaml").map(ScenarioWriterTest::resource));
    }

    @ParameterizedTest
    @MethodSource("files")
    void shippedScenariosGiveTheSamePlans(String text) {
        assertSamePlans(text);
    }

    static IntStream seeds() {
        return IntStream.range(0, 100);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whateverTheyCostScenariosGiveTheSamePlans(int seed) {
        assertSamePlans(anyTimings(new SplittableRandom(seed)));
    }

    private static String any(SplittableRandom random, String key, String... values) {
        String value = values[random.nextInt(values.length)];
        return random.nextBoolean() || value.equals("{}") ? "" : ", %s: %s".formatted(key, value);
    }

    private static String time(SplittableRandom random) {
        return Spelling.time(random.nextLong(1, Ticks.PER_MICROSECOND >> random.nextInt(20)));
    }

    private static String rate(SplittableRandom random) {
        return Spelling.rate(random.nextLong(1, 1L << (1 + random.nextInt(45))));
    }

    private static String size(SplittableRandom random) {
        return Spelling.size(random.nextLong(1, 1L << (1 + random.nextInt(40))));
    }

    /** At which any size is through before simulated time ends. */
    private static String fastEnough(SplittableRandom random) {
        return Spelling.rate(random.nextLong(1L << 24, 1L << 45));
    }

    private static String mapping(String keys) {
        return keys.isEmpty() ? "{}" : "{ " + keys.substring(2) + " }";
    }

    private static String link(SplittableRandom random) {
        return mapping(", gen: %d, width: x%d".formatted(random.nextInt(1, 7), 1 << random.nextInt(5))
                + any(random, "efficiency", "93%", "92.7%")
                + any(random, "error-rate", "1e-9", "0.001", "0"));
    }

    private static String port(SplittableRandom random) {
        return any(random, "link", link(random))
                + any(random, "credits", "infinite", "{ ph: 32, pd: 1024, nph: 32, npd: 32 }")
                + any(random, "arbitration-weight", "3");
    }

    private static String device(SplittableRandom random) {
        return any(random, "profile", profile(Profiles.all().stream(), "DEVICE"))
                + any(random, "tags", "32", "768")
                + any(random, "mps", "128B", "4096B")
                + any(random, "mrrs", "128B", "4096B")
                + any(random, "rcb", "64B")
                + any(random, "read-latency", time(random))
                + any(random, "write-latency", time(random))
                + any(random, "dma-bandwidth", rate(random))
                + any(random, "issue-interval", time(random))
                + any(random, "completion-timeout", "A1", "disabled", time(random))
                + any(random, "memory-requests", "unsupported-request", "none")
                + any(random, "poison-rate", "1e-6", "0")
                + any(
                        random,
                        "ats",
                        mapping(any(random, "entries", "7") + any(random, "page", "4KiB") + ", miss: 1us"));
    }

    private static String profile(Stream<org.p2psim.scenario.profile.Profile> all, String role) {
        return all.filter(profile -> profile.role().name().equals(role))
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static String anyTimings(SplittableRandom random) {
        String memory = mapping(any(random, "read-latency", time(random))
                + any(random, "llc-miss", time(random))
                + any(random, "llc", size(random))
                + any(random, "remote", time(random))
                + any(random, "bandwidth", rate(random))
                + any(random, "write-latency", time(random)));
        String iotlb = mapping(any(random, "entries", "64", "1")
                + any(random, "page", "4KiB", "2MiB")
                + any(random, "miss", time(random))
                + any(random, "walks-per-second", "19000000"));
        String p2p = mapping(any(random, "latency", time(random))
                + any(random, "max-payload", "64B", "256B")
                + any(random, "read-bandwidth", rate(random))
                + any(random, "write-bandwidth", rate(random))
                + any(random, "reads", "refused", "dropped", "aborted")
                + any(random, "writes", "refused"));
        return """
                p2psim: 1
                title: "any: \\"machine\\""
                seed: %d
                kernel: { release: "6.12" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6 }%s } ]
                  socket-link: { latency: %s%s }
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      iommu: { mode: translating%s }
                      p2p: %s
                      memory-bandwidth: %s
                      root-ports:
                        - id: rp0%s
                """.formatted(
                                random.nextLong(),
                                any(random, "memory", memory),
                                time(random),
                                any(random, "bandwidth", rate(random)),
                                any(random, "iotlb", iotlb),
                                p2p,
                                rate(random),
                                "")
                + """
                          switch:
                            id: sw0
                            upstream: %s
                            downstream:
                              - { id: dp0%s, device: gpu0 }
                              - { id: dp1%s, device: nic0 }
                devices:
                  gpu0: { type: gpu, bars: { 0: { size: 1GiB, prefetchable: true } }%s }
                  nic0: { type: rdma-nic, wire: %s%s }
                variants: { on: { title: "yes" } }
                timeline:
                  - { at: %s, do: traffic, id: load, from: nic0, to: gpu0, direction: read, size: %s, rate: %s }
                """.formatted(
                                mapping(port(random)
                                        + any(
                                                random,
                                                random.nextBoolean() ? "cut-through" : "store-and-forward",
                                                time(random))),
                                port(random),
                                port(random),
                                device(random),
                                mapping(", rate: 200Gb/s"
                                        + any(random, "latency", time(random))
                                        + any(random, "mtu", "1024B")
                                        + any(random, "header", "26B")
                                        + any(random, "cqe", "true")),
                                device(random),
                                time(random),
                                size(random),
                                fastEnough(random));
    }

    @Test
    void everyOperationOfLifetimesAndEveryExpectationIsWrittenAsItIsRead() {
        assertSamePlans(resource("lifetimes.yaml"));
    }

    @Test
    void quantitiesAreSpelledExactly() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 10_000; i++) {
            long number = random.nextLong(1, 1L << (1 + random.nextInt(54)));
            assertThat(Quantities.time(Spelling.time(number))).isEqualTo(number);
            assertThat(Quantities.rate(Spelling.rate(number))).isEqualTo(number);
            assertThat(Bytes.parse(Spelling.size(number))).isEqualTo(number);
            long parts = number % 1_000_000_000;
            assertThat(Quantities.probability(Spelling.probability(parts))).isEqualTo(parts);
        }
    }
}
