package org.p2psim.scenario.yaml;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.yaml.Marks.Place;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads YAML 1.2 into a tree. Plain scalars stay text, so that {@code 5.10}, {@code 01:00.0} and {@code 1e04} are what
 * the user wrote; only whole decimal numbers, {@code true}, {@code false} and {@code null} are themselves. Depth and
 * number of values are bounded, aliases included.
 */
final class YamlReader {
    private static final int DEEPEST = 100;
    private static final int MOST_VALUES = 2_000_000;
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,99})");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final SourceText source;
    private final LoadSettings settings;
    private final Marks marks = new Marks();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private int values;

    /** Ends the reading of a document that cannot be expanded. */
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Problem problem;

        Refused(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }
    }

    private YamlReader(SourceText source) {
        this.source = source;
        this.settings = LoadSettings.builder()
                .setLabel(source.file())
                .setCodePointLimit(Integer.MAX_VALUE)
                .setMaxAliasesForCollections(Integer.MAX_VALUE)
                .setAllowDuplicateKeys(true)
                .setAllowNonScalarKeys(true)
                .build();
    }

    static YamlDocument read(SourceText source) {
        return new YamlReader(source).document();
    }

    private YamlDocument document() {
        JsonNode tree = NODES.nullNode();
        marks.put("", new Place(source, new Span(1, 1, 0, 0), new Span(1, 1, 0, 0)));
        try {
            checkShape();
            Node root = new Compose(settings).composeString(source.text()).orElseThrow();
            mark("", root, root);
            tree = tree(root, "", 1);
        } catch (Refused e) {
            problems.add(e.problem);
        } catch (MarkedYamlEngineException e) {
            problems.add(broken(e));
        } catch (ReaderException e) {
            String message = "the character U+%04X is not allowed in YAML".formatted(e.getCodePoint());
            problems.add(source.problem(lineOf(e.getPosition()), 1, "", message, "yaml"));
        } catch (YamlEngineException e) {
            problems.add(source.problem(1, 1, "", "not YAML: " + e.getMessage(), "yaml"));
        }
        return new YamlDocument(source, tree, marks, problems);
    }

    private int lineOf(int codePoint) {
        return 1
                + (int) source.text()
                        .codePoints()
                        .limit(codePoint)
                        .filter(c -> c == '\n')
                        .count();
    }

    private Problem broken(MarkedYamlEngineException e) {
        String message = "not YAML: " + (e.getContext() == null ? "" : e.getContext() + ", ") + e.getProblem();
        return e.getProblemMark()
                .or(e::getContextMark)
                .map(mark -> source.problem(mark.getLine() + 1, mark.getColumn() + 1, "", message, "yaml"))
                .orElseGet(() -> source.problem(1, 1, "", message, "yaml"));
    }

    /** Refuses, before anything is built, what is too deep, too large, no document or several. */
    private void checkShape() {
        int depth = 0;
        int count = 0;
        int documents = 0;
        for (Event event : new Parse(settings).parseString(source.text())) {
            switch (event.getEventId()) {
                case DocumentStart -> {
                    if (++documents > 1) {
                        throw refused(event.getStartMark(), "one document only; a second one begins here", "yaml");
                    }
                }
                case MappingStart, SequenceStart -> {
                    if (++depth > DEEPEST) {
                        throw refused(event.getStartMark(), "nested deeper than %d".formatted(DEEPEST), "too-deep");
                    }
                    count++;
                }
                case MappingEnd, SequenceEnd -> depth--;
                case Scalar, Alias -> count++;
                case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
            }
            if (count > MOST_VALUES) {
                throw refused(event.getStartMark(), "more than %d values".formatted(MOST_VALUES), "too-large");
            }
        }
        if (documents == 0) {
            throw new Refused(source.problem(1, 1, "", "the file is empty", "yaml"));
        }
    }

    private Refused refused(Optional<Mark> mark, String message, String rule) {
        int line = mark.map(Mark::getLine).orElse(0) + 1;
        int column = mark.map(Mark::getColumn).orElse(0) + 1;
        return new Refused(source.problem(line, column, "", message, rule));
    }

    private JsonNode tree(Node node, String pointer, int depth) {
        if (++values > MOST_VALUES) {
            throw refused(
                    node.getStartMark(),
                    "more than %d values once aliases are followed".formatted(MOST_VALUES),
                    "too-large");
        }
        if (depth > DEEPEST) {
            throw refused(
                    node.getStartMark(),
                    "nested deeper than %d once aliases are followed".formatted(DEEPEST),
                    "too-deep");
        }
        if (node instanceof ScalarNode scalar) {
            return scalar(scalar);
        }
        if (!open.add(node)) {
            throw refused(node.getStartMark(), "contains itself through an alias", "alias-cycle");
        }
        JsonNode tree = node instanceof MappingNode mapping
                ? object(mapping, pointer, depth)
                : list((SequenceNode) node, pointer, depth);
        open.remove(node);
        return tree;
    }

    private JsonNode scalar(ScalarNode node) {
        String text = node.getValue();
        if (!node.isPlain() || node.getTag().equals(Tag.STR)) {
            return NODES.stringNode(text);
        }
        return switch (text) {
            case "true" -> NODES.booleanNode(true);
            case "false" -> NODES.booleanNode(false);
            case "null", "~", "" -> NODES.nullNode();
            default ->
                WHOLE_NUMBER.matcher(text).matches() && !text.equals("-0")
                        ? number(new BigInteger(text))
                        : NODES.stringNode(text);
        };
    }

    private static JsonNode number(BigInteger number) {
        return number.bitLength() < Long.SIZE ? NODES.numberNode(number.longValue()) : NODES.numberNode(number);
    }

    private JsonNode object(MappingNode node, String pointer, int depth) {
        ObjectNode object = NODES.objectNode();
        Map<String, Integer> firstLines = new HashMap<>();
        for (NodeTuple entry : node.getValue()) {
            Node key = entry.getKeyNode();
            Mark mark = key.getStartMark().orElseThrow();
            if (!(key instanceof ScalarNode scalar)) {
                throw refused(key.getStartMark(), "a key must be text", "yaml");
            }
            String name = scalar.getValue();
            Integer first = firstLines.putIfAbsent(name, mark.getLine() + 1);
            if (first != null) {
                String message = "duplicate key; the first one is on line %d".formatted(first);
                problems.add(source.problem(
                        mark.getLine() + 1,
                        mark.getColumn() + 1,
                        Paths.of(pointer + Finding.step(name)),
                        message,
                        "duplicate-key"));
                continue;
            }
            String below = pointer + Finding.step(name);
            mark(below, key, entry.getValueNode());
            object.set(name, tree(entry.getValueNode(), below, depth + 1));
        }
        return object;
    }

    private JsonNode list(SequenceNode node, String pointer, int depth) {
        ArrayNode list = NODES.arrayNode();
        for (Node element : node.getValue()) {
            String below = pointer + "/" + list.size();
            mark(below, element, element);
            list.add(tree(element, below, depth + 1));
        }
        return list;
    }

    private void mark(String pointer, Node key, Node value) {
        marks.put(pointer, new Place(source, span(key), span(value)));
    }

    private static Span span(Node node) {
        return Span.of(node.getStartMark().orElseThrow(), node.getEndMark().orElseThrow());
    }
}
