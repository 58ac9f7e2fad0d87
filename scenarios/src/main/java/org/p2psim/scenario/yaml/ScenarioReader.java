package org.p2psim.scenario.yaml;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.assembly.PlanAssembly;
import org.p2psim.scenario.assembly.Provision;
import org.p2psim.scenario.schema.ScenarioSchema;
import org.p2psim.scenario.yaml.Marks.Place;
import org.p2psim.unit.Bytes;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads scenario files. A user's mistake is never an exception: it is a problem with file, line and column, and all of
 * a file's problems come at once, as far as one doesn't hide another.
 */
public final class ScenarioReader {
    /** Larger files are refused before they are read. */
    public static final int LARGEST_FILE = 16 << 20;

    private static final int MOST_PROBLEMS = 200;

    private final String name;
    private final List<String> settings;
    private final String digest;
    private final Set<Problem> problems = new LinkedHashSet<>();

    private ScenarioReader(String name, List<String> settings, String digest) {
        this.name = name;
        this.settings = settings;
        this.digest = digest;
    }

    /**
     * Reads a stream to its end or to {@link #LARGEST_FILE}.
     *
     * @param fileName as the user named the file
     * @param settings values of {@code --set}, each {@code path=value}
     * @throws IOException if the stream cannot be read
     */
    public static ScenarioFile read(String fileName, InputStream content, List<String> settings) throws IOException {
        return read(fileName, content.readNBytes(LARGEST_FILE + 1), settings);
    }

    /**
     * Reads the content of a file.
     *
     * @param fileName as the user named the file
     * @param settings values of {@code --set}, each {@code path=value}
     */
    public static ScenarioFile read(String fileName, byte[] content, List<String> settings) {
        String name = withoutFolderAndEnding(fileName);
        if (content.length > LARGEST_FILE) {
            String message = "larger than %s, the limit for a scenario file".formatted(Bytes.format(LARGEST_FILE));
            return ScenarioFile.broken(name, List.of(SourceText.problem(fileName, message, "too-large")));
        }
        CharBuffer text = CharBuffer.allocate(content.length);
        ByteBuffer bytes = ByteBuffer.wrap(content);
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CoderResult result = utf8.decode(bytes, text, true);
        text.flip();
        if (result.isError()) {
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            String message =
                    "not UTF-8: byte 0x%02x at offset %d".formatted(content[bytes.position()] & 0xff, bytes.position());
            return ScenarioFile.broken(name, List.of(new Problem(fileName, line, 1, "", message, "encoding", "")));
        }
        String digest = Hashing.sha256().hashBytes(content).toString();
        String withoutMark =
                text.toString().startsWith("\ufeff") ? text.toString().substring(1) : text.toString();
        return new ScenarioReader(name, List.copyOf(settings), digest).read(SourceText.ofFile(fileName, withoutMark));
    }

    private static String withoutFolderAndEnding(String fileName) {
        String name = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    private ScenarioFile read(SourceText source) {
        YamlDocument file = YamlReader.read(source);
        problems.addAll(file.problems());
        if (!problems.isEmpty() && !file.tree().isObject()) {
            return broken();
        }
        if (!(file.tree() instanceof ObjectNode tree)) {
            problems.add(file.source()
                    .problem(1, 1, "", "a scenario is keys with values, beginning with p2psim: 1", "type"));
            return broken();
        }
        Marks marks = file.marks().copy();
        for (String setting : settings) {
            apply(setting, new Overrides(tree, marks));
        }
        report(ScenarioSchema.check(tree), marks);
        if (!problems.isEmpty()) {
            return broken();
        }
        List<Plan> plans = new ArrayList<>();
        for (String variant : tree.path("variants").propertyNames()) {
            plan(variant, tree, marks).ifPresent(plans::add);
        }
        if (!problems.isEmpty()) {
            return broken();
        }
        JsonNode description = tree.path("description");
        return new ScenarioFile(
                name,
                Optional.of(tree.path("title").asString()),
                description.isString() ? Optional.of(description.asString()) : Optional.empty(),
                List.of(),
                plans);
    }

    private void apply(String setting, Overrides overrides) {
        String option = "--set " + setting;
        int equals = setting.indexOf('=');
        if (equals <= 0) {
            problems.add(SourceText.problem(option, "write it as path=value, as in rc0.iommu.mode=translating", "set"));
            return;
        }
        YamlDocument value = YamlReader.read(SourceText.ofOption(option, setting.substring(equals + 1)));
        problems.addAll(value.problems());
        if (value.problems().isEmpty()) {
            overrides
                    .set(setting.substring(0, equals), value.tree(), value.marks(), "")
                    .ifPresent(message -> problems.add(SourceText.problem(option, message, "set")));
        }
    }

    private Optional<Plan> plan(String variant, ObjectNode base, Marks baseMarks) {
        ObjectNode tree = base.deepCopy();
        Marks marks = baseMarks.copy();
        applyVariant("/variants" + Finding.step(variant), tree.path("variants").path(variant), tree, marks);
        List<Finding> findings = new ArrayList<>();
        ProfileFill.fill(tree, marks, findings);
        findings.addAll(ScenarioSchema.check(tree));
        Optional<Plan> plan = Optional.empty();
        if (findings.isEmpty()) {
            List<Finding> unread = new ArrayList<>();
            Optional<Scenario> scenario = Binder.bind(tree, unread);
            findings = unread;
            if (scenario.isPresent()) {
                Provision provision = new Provision(
                        name,
                        digest,
                        settings,
                        pointer -> {
                            Place place = marks.nearest(pointer);
                            return new Provision.Written(
                                    place.text(), place.value().line());
                        },
                        List.of());
                plan = PlanAssembly.assemble(scenario.get(), variant, provision, findings);
            }
        }
        report(findings, marks);
        return plan;
    }

    private void applyVariant(String pointer, JsonNode variant, ObjectNode tree, Marks marks) {
        Marks written = marks.copy();
        Overrides overrides = new Overrides(tree, marks);
        for (var change : variant.path("kernel").properties()) {
            String origin = pointer + "/kernel" + Finding.step(change.getKey());
            overrides.set("kernel." + change.getKey(), change.getValue(), written, origin);
        }
        for (var change : variant.path("set").properties()) {
            String origin = pointer + "/set" + Finding.step(change.getKey());
            Place place = written.nearest(origin);
            overrides
                    .set(change.getKey(), change.getValue(), written, origin)
                    .ifPresent(message ->
                            problems.add(place.source().problem(place.key(), Paths.of(origin), message, "set")));
        }
    }

    private void report(List<Finding> findings, Marks marks) {
        for (Finding finding : findings) {
            Place place = marks.nearest(finding.pointer());
            Span span = finding.atKey() && marks.find(finding.pointer()).isPresent() ? place.key() : place.value();
            problems.add(place.source()
                    .problem(span, Paths.of(marks.known(finding.pointer())), finding.message(), finding.rule()));
        }
    }

    private ScenarioFile broken() {
        List<Problem> sorted = problems.stream().sorted().limit(MOST_PROBLEMS).toList();
        if (problems.size() > MOST_PROBLEMS) {
            String message = "and %d more problems".formatted(problems.size() - MOST_PROBLEMS);
            sorted = new ArrayList<>(sorted);
            sorted.add(SourceText.problem(sorted.get(0).file(), message, "too-many"));
        }
        return ScenarioFile.broken(name, sorted);
    }
}
