package org.p2psim.scenario.inventory.practice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.p2psim.practice.AcsPractice;
import org.p2psim.practice.PracticeCheck;
import org.p2psim.practice.Use;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.rdmatopo.RdmaTopoReader;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The answers against those of rdma_topo itself: see the README of the resources. */
class RdmaTopoVectorsTest {
    private static final Map<String, Optional<Use>> CHOICES = Map.of(
            "auto", Optional.empty(),
            "virt", Optional.of(Use.VIRTUAL_MACHINES),
            "no-virt", Optional.of(Use.BARE_METAL));

    @Test
    void answersAsRdmaTopoAnswers() throws Exception {
        JsonMapper json = new JsonMapper();
        List<JsonNode> machines;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(
                        RdmaTopoVectorsTest.class.getResourceAsStream("rdma-topo-vectors.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
            machines = lines.lines().map(json::readTree).toList();
        }
        assertThat(machines).hasSize(240);
        List<String> differences = new ArrayList<>();
        for (JsonNode machine : machines) {
            Inventory inventory =
                    RdmaTopoReader.read("seed " + machine.get("seed"), json.writeValueAsBytes(machine.get("dump")));
            for (Map.Entry<String, Optional<Use>> choice : CHOICES.entrySet()) {
                String expected = expected(machine.get("answers").get(choice.getKey()));
                String answer = answer(InventoryPractice.check(inventory, choice.getValue()));
                if (!answer.equals(expected)) {
                    differences.add("seed %s, %s: %s%nbut rdma_topo: %s"
                            .formatted(machine.get("seed"), choice.getKey(), answer, expected));
                }
            }
        }
        assertThat(differences).isEmpty();
    }

    /** A failed assertion of the tool is an unexpected topology here. */
    private static String expected(JsonNode answer) {
        boolean crash = answer.get("verdict").asString().equals("CRASH");
        String verdict = crash
                ? "UNEXPECTED_TOPOLOGY 100"
                : "%s %d"
                        .formatted(
                                answer.get("verdict").asString(),
                                answer.get("rc").asInt());
        return text(verdict, answer.get("lines").valueStream().map(JsonNode::asString));
    }

    private static String answer(AcsPractice practice) {
        return text(
                "%s %d".formatted(practice.verdict(), practice.exitCode()),
                practice.checks().stream().map(RdmaTopoVectorsTest::line));
    }

    private static String text(String verdict, Stream<String> lines) {
        return lines.sorted().collect(Collectors.joining("; ", verdict + ": ", ""));
    }

    private static String line(PracticeCheck check) {
        String where = check.where().get(0).toString();
        return switch (check.subject()) {
            case ACS -> "ACS %s %s %s %s".formatted(where, check.expected(), check.found(), check.status());
            case ATS -> "ATS %s* %s".formatted(where.substring(0, where.length() - 1), check.status());
            case IOMMU_GROUP -> "IOMMU_GROUP " + check.status();
        };
    }
}
