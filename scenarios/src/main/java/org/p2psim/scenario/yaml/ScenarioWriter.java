package org.p2psim.scenario.yaml;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.inventory.ImportedMachine;

/** Writes scenario files: one socket, root complex, function, device, operation or expectation a line. */
public final class ScenarioWriter {
    private ScenarioWriter() {}

    /** The file of an imported machine; what the dump does not say becomes its description. */
    public static String write(ImportedMachine machine) {
        StringJoiner description = new StringJoiner("\n  ", "description: |\n  ", "");
        machine.notes().forEach(note -> description.add(line(note)));
        return write(
                machine.scenario(), machine.notes().isEmpty() ? Optional.empty() : Optional.of(description.toString()));
    }

    /** A file that says what a scenario says: read again, it gives the same plans. */
    public static String write(Scenario scenario) {
        return write(scenario, scenario.description().map(text -> "description: " + FlowText.quoted(text)));
    }

    private static String write(Scenario scenario, Optional<String> description) {
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        lines.add("p2psim: " + scenario.p2psim());
        lines.add("title: " + FlowText.quoted(scenario.title()));
        scenario.source().ifPresent(source -> lines.add("source: " + FlowText.quoted(source)));
        description.ifPresent(lines::add);
        scenario.seed().ifPresent(seed -> lines.add("seed: " + seed));
        lines.add("kernel: " + FlowText.of(scenario.kernel()).orElseThrow());
        lines.add("fabric:");
        list(lines, "  sockets", "    ", scenario.fabric().sockets());
        scenario.fabric().socketLink().flatMap(FlowText::of).ifPresent(link -> lines.add("  socket-link: " + link));
        list(lines, "  root-complexes", "    ", scenario.fabric().rootComplexes());
        list(lines, "  functions", "    ", scenario.fabric().functions());
        map(lines, "devices", scenario.devices());
        map(lines, "variants", scenario.variants());
        list(lines, "timeline", "  ", scenario.timeline());
        if (!scenario.expect().isEmpty()) {
            lines.add("expect:");
            scenario.expect().forEach((variant, expected) -> list(lines, "  " + variant, "    ", expected));
        }
        return lines.toString();
    }

    private static String line(Note note) {
        String kind = note.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "%s: %s".formatted(kind, note.text().replaceAll("\\p{Cntrl}", " "));
    }

    private static void list(StringJoiner lines, String key, String indent, List<?> items) {
        if (!items.isEmpty()) {
            lines.add(key + ":");
            items.forEach(item -> lines.add(indent + "- " + FlowText.of(item).orElse("{}")));
        }
    }

    private static void map(StringJoiner lines, String key, Map<String, ?> items) {
        lines.add(key + (items.isEmpty() ? ": {}" : ":"));
        items.forEach((name, item) -> lines.add(
                "  %s: %s".formatted(FlowText.name(name), FlowText.of(item).orElse("{}"))));
    }
}
