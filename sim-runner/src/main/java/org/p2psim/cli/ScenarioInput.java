package org.p2psim.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.dump.Dump;
import org.p2psim.scenario.dump.DumpFormat;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.library.Library;
import org.p2psim.scenario.yaml.Problem;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;
import picocli.CommandLine.Option;

/** A scenario that a command was given: the name of a shipped one, a file, or {@code -} for standard input. */
final class ScenarioInput {
    private static final String STANDARD_INPUT = "-";

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            description = "Overrides a value of the file, as in dp0.acs.ctl=[RR,CR] or kernel.release=6.12.")
    private List<String> settings = new ArrayList<>();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of every random choice; the file's own otherwise.")
    private Optional<Long> seed = Optional.empty();

    /** The options as they were given. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        settings.forEach(setting -> words.addAll(List.of("--set", setting)));
        seed.ifPresent(value -> words.addAll(List.of("--seed", value.toString())));
        return words;
    }

    /** Reads a scenario; every problem of it is in the result. */
    ScenarioFile read(String name) {
        return read(name, List.of());
    }

    /** Reads a scenario with settings of the command's own after the user's. */
    ScenarioFile read(String name, List<String> more) {
        List<String> all = new ArrayList<>(settings);
        seed.ifPresent(value -> all.add("seed=" + value));
        all.addAll(more);
        Optional<Dump> dump = Dump.of(name);
        if (dump.isPresent() && !Files.exists(Path.of(name))) {
            return read(dump.get(), all);
        }
        Path file = Path.of(name);
        try {
            if (name.equals(STANDARD_INPUT)) {
                return ScenarioReader.read("stdin.yaml", System.in, all);
            }
            if (Library.names().contains(name) && !Files.exists(file)) {
                return ScenarioReader.read(
                        name + ".yaml",
                        new ByteArrayInputStream(Library.text(name).getBytes(StandardCharsets.UTF_8)),
                        all);
            }
            try (InputStream in = Files.newInputStream(file)) {
                return ScenarioReader.read(name, in, all);
            }
        } catch (IOException e) {
            throw new InputException("%s: %s%s".formatted(name, Console.reason(e), suggestion(name)));
        }
    }

    private static ScenarioFile read(Dump dump, List<String> settings) {
        try {
            return dump.read(settings);
        } catch (InventoryException e) {
            throw new InputException(String.valueOf(e.getMessage()));
        }
    }

    private static String suggestion(String name) {
        if (name.contains(":")) {
            return "; dumps are FORMAT:PATH with one of " + DumpFormat.words();
        }
        return name.contains("/") || name.contains(".")
                ? ""
                : "; shipped scenarios are " + String.join(", ", Library.names());
    }

    /** The variants of a scenario that is right; the problems of one that is not end the command. */
    List<Plan> plans(String name, List<String> more) {
        ScenarioFile file = read(name, more);
        if (!file.problems().isEmpty()) {
            throw new InputException(render(file.problems()));
        }
        return file.plans();
    }

    static String render(List<Problem> problems) {
        String lines = problems.stream().map(Problem::render).collect(Collectors.joining("\n"));
        return "%s%n%d problem%s".formatted(lines, problems.size(), problems.size() == 1 ? "" : "s");
    }

    /** One variant by its name, or all. */
    static List<Plan> select(List<Plan> plans, Optional<String> variant) {
        if (variant.isEmpty()) {
            return plans;
        }
        List<Plan> selected = plans.stream()
                .filter(plan -> plan.variant().equals(variant.get()))
                .toList();
        if (selected.isEmpty()) {
            throw new InputException("no variant %s; the variants are %s"
                    .formatted(variant.get(), plans.stream().map(Plan::variant).collect(Collectors.joining(", "))));
        }
        return selected;
    }
}
