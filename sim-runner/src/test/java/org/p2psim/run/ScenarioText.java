package org.p2psim.run;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.MoreCollectors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.yaml.Problem;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;

/** Scenarios that tests write: read, planned and run. */
public final class ScenarioText {
    private ScenarioText() {}

    /** What comes below {@code timeline:}. */
    public static String operations(String... lines) {
        return items("  ", lines);
    }

    /** What comes below a variant of {@code expect:}. */
    public static String expectations(String... lines) {
        return items("    ", lines);
    }

    private static String items(String indentation, String... lines) {
        return Arrays.stream(lines)
                .map(line -> "%s- { %s }\n".formatted(indentation, line))
                .collect(joining());
    }

    /** Whatever is wrong with it. */
    public static ScenarioFile read(String text, String... settings) {
        return ScenarioReader.read("test.yaml", text.getBytes(StandardCharsets.UTF_8), List.of(settings));
    }

    private static List<Plan> plans(String text, String... settings) {
        ScenarioFile read = read(text, settings);
        assertThat(read.problems()).extracting(Problem::render).isEmpty();
        return read.plans();
    }

    /** Of the first variant of a scenario that nothing is wrong with. */
    public static Plan plan(String text, String... settings) {
        return plans(text, settings).get(0);
    }

    public static Plan planOf(String variant, String text, String... settings) {
        return plans(text, settings).stream()
                .filter(plan -> plan.variant().equals(variant))
                .collect(MoreCollectors.onlyElement());
    }

    public static RunOutcome run(String text, String... settings) {
        return new Simulation("test").run(plan(text, settings));
    }

    public static TransferOutcome transfer(RunOutcome run, String name) {
        return run.transfers().stream()
                .filter(transfer -> transfer.name().equals(name))
                .collect(MoreCollectors.onlyElement());
    }
}
