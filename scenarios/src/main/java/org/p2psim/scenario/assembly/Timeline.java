package org.p2psim.scenario.assembly;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.OperationParts;
import org.p2psim.scenario.Repeat;

/**
 * The lines of a timeline one by one. What is repeated is written out: ids, and names that its lines give, end in the
 * number of the repetition, {@code unmap-1}, {@code unmap-2}; what they name of others stays.
 */
final class Timeline {
    /** Most lines, with every repetition counted. */
    static final int MOST_LINES = 10_000;

    private static final String RULE = "repeat";

    /** A line, and where the file has it. */
    record Line(Operation operation, String pointer) {}

    private final Set<String> devices;
    private final List<Finding> findings;
    private final int listed;
    private final List<Line> lines = new ArrayList<>();
    private final Map<Integer, Integer> byNumber = new HashMap<>();

    /**
     * @param listed as the file lists them
     * @param devices whose names no line gives
     * @param findings grows by what cannot be repeated
     */
    Timeline(List<Operation> listed, Set<String> devices, List<Finding> findings) {
        this.listed = listed.size();
        this.devices = devices;
        this.findings = findings;
        for (int i = 0; i < listed.size(); i++) {
            String pointer = "/timeline/" + i;
            if (listed.get(i) instanceof Repeat repeat) {
                repeat(repeat, pointer);
            } else {
                byNumber.put(i, lines.size());
                lines.add(new Line(listed.get(i), pointer));
            }
        }
    }

    private void repeat(Repeat repeat, String pointer) {
        if ((long) repeat.times() * repeat.lines().size() > MOST_LINES - lines.size()) {
            String message = "%d times %d lines make the timeline longer than %d"
                    .formatted(repeat.times(), repeat.lines().size(), MOST_LINES);
            findings.add(Finding.at(pointer + "/times", RULE, message));
            return;
        }
        for (int i = 0; i < repeat.lines().size(); i++) {
            if (repeat.lines().get(i) instanceof Repeat) {
                findings.add(Finding.at(pointer + "/lines/" + i, RULE, "what is repeated cannot repeat something"));
                return;
            }
        }
        Set<String> given = given(repeat);
        try {
            for (int n = 1; n <= repeat.times(); n++) {
                long begin = Math.addExact(repeat.at(), Math.multiplyExact(n - 1L, repeat.every()));
                for (int i = 0; i < repeat.lines().size(); i++) {
                    lines.add(new Line(repetition(repeat.lines().get(i), n, begin, given), pointer + "/lines/" + i));
                }
            }
        } catch (ArithmeticException e) {
            findings.add(Finding.at(pointer + "/every", RULE, "the last repetition is later than any time"));
        }
    }

    private static Operation repetition(Operation line, int number, long begin, Set<String> given) {
        Operation renamed = OperationParts.renamed(line, name -> given.contains(name) ? name + "-" + number : name);
        return OperationParts.at(renamed, Math.addExact(begin, line.at()));
    }

    /** The names that the lines give to themselves, and to what they make. */
    private Set<String> given(Repeat repeat) {
        Set<String> given = new HashSet<>();
        for (Operation line : repeat.lines()) {
            line.id().ifPresent(given::add);
            Made.by(line).ifPresent(made -> given.add(made.name()));
        }
        given.removeAll(devices);
        return given;
    }

    ImmutableList<Line> lines() {
        return ImmutableList.copyOf(lines);
    }

    ImmutableList<Operation> operations() {
        return lines.stream().map(Line::operation).collect(ImmutableList.toImmutableList());
    }

    /** How many the file lists. */
    int listed() {
        return listed;
    }

    /** Index of the line that the file lists under a number; empty if there is none, or many. */
    OptionalInt line(int number) {
        Integer line = byNumber.get(number);
        return line == null ? OptionalInt.empty() : OptionalInt.of(line);
    }
}
