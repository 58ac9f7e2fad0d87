package org.p2psim.cli;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.schema.Dictionary;
import org.p2psim.scenario.schema.ScenarioSchema;
import org.p2psim.scenario.schema.SchemaEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "schema",
        description = "Print the JSON Schema of scenario files, for editors, or what it says of one operation,"
                + " expectation or part, for people.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  p2psim schema > scenario.schema.json",
            "  p2psim schema --words",
            "  p2psim schema export \"expect: mr\" device"
        })
final class SchemaCommand implements Runnable {
    private static final int WIDTH = 120;
    private static final int FORM = 40;

    private final Console console;

    @Parameters(
            paramLabel = "WORD",
            arity = "0..*",
            description = "An operation (export), an expectation (mr), or a part of the file (device, link).")
    private List<String> words = new ArrayList<>();

    @Option(names = "--words", description = "List every WORD with its first sentence.")
    private boolean list;

    SchemaCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        if (list) {
            console.print(index(ScenarioSchema.dictionary().entries()));
        } else if (words.isEmpty()) {
            console.print(ScenarioSchema.text());
        } else {
            words.stream().map(SchemaCommand::found).toList().forEach(found -> found.forEach(this::print));
        }
    }

    private static ImmutableList<SchemaEntry> found(String word) {
        Dictionary dictionary = ScenarioSchema.dictionary();
        ImmutableList<SchemaEntry> found = dictionary.find(word);
        if (found.isEmpty()) {
            List<String> known = dictionary.entries().stream()
                    .map(entry -> Dictionary.word(entry.name()))
                    .distinct()
                    .toList();
            throw new InputException("a scenario file knows no \"%s\"%s; p2psim schema --words lists what it knows"
                    .formatted(word, Finding.nearest(word, known)));
        }
        return found;
    }

    private static String index(List<SchemaEntry> entries) {
        int width =
                entries.stream().mapToInt(entry -> entry.name().length()).max().orElseThrow() + 2;
        Help.TextTable table = table(new Column(width, 0, Overflow.SPAN), new Column(WIDTH - width, 0, Overflow.WRAP));
        entries.forEach(entry -> table.addRowValues(entry.name(), firstSentence(entry.description())));
        return table.toString();
    }

    private static String firstSentence(String text) {
        int end = text.indexOf(". ");
        return end < 0 ? text : text.substring(0, end + 1);
    }

    private void print(SchemaEntry entry) {
        Help.TextTable heading = table(new Column(WIDTH, 0, Overflow.WRAP));
        heading.addRowValues(entry.name());
        heading.addRowValues(entry.description());
        if (!entry.form().isEmpty()) {
            heading.addRowValues(entry.form());
        }
        console.print(heading.toString());
        if (!entry.keys().isEmpty()) {
            console.print(keys(entry.keys()));
        }
        console.print(entry.examples().stream()
                .map(example -> "  - %s%n".formatted(example))
                .collect(Collectors.joining("", "as in%n".formatted(), "%n".formatted())));
    }

    private static String keys(List<SchemaEntry.Key> keys) {
        int width = keys.stream().mapToInt(key -> key.name().length()).max().orElseThrow() + 5;
        Help.TextTable table = table(
                new Column(width, 2, Overflow.SPAN),
                new Column(FORM, 1, Overflow.WRAP),
                new Column(Math.max(FORM, WIDTH - width - FORM), 1, Overflow.WRAP));
        keys.forEach(
                key -> table.addRowValues(key.name() + (key.required() ? " *" : ""), key.form(), key.description()));
        return table + "  * has to be there%n".formatted();
    }

    private static Help.TextTable table(Column... columns) {
        return Help.TextTable.forColumns(Help.defaultColorScheme(Help.Ansi.OFF), columns);
    }
}
