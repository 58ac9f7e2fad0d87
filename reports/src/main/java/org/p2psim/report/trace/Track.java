package org.p2psim.report.trace;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What is shown under one name. Viewers take slices of one line to be nested, so those that overlap are on lines of
 * their own. What happens while an object is in a state belongs to that state, and is on its line.
 */
final class Track {
    private final String name;
    private final boolean ofObject;
    private final List<Mark> marks = new ArrayList<>();

    /** @param ofObject whether its slices are the states of an object */
    Track(String name, boolean ofObject) {
        this.name = name;
        this.ofObject = ofObject;
    }

    String name() {
        return name;
    }

    void add(Mark mark) {
        marks.add(mark);
    }

    /** The marks line by line, in order of time; slices of a line do not overlap. */
    ImmutableList<ImmutableList<Mark>> lines() {
        List<List<Mark>> lines = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        List<Mark> sorted = new ArrayList<>(marks);
        sorted.sort(Comparator.comparingLong(Mark::start));
        for (Mark mark : sorted) {
            int line = 0;
            while (line < lines.size() && ends.get(line) > mark.start() && !(ofObject && !mark.isSlice())) {
                line++;
            }
            if (line == lines.size()) {
                lines.add(new ArrayList<>());
                ends.add(mark.start());
            }
            lines.get(line).add(mark);
            ends.set(line, Math.max(ends.get(line), Math.max(mark.start(), mark.end())));
        }
        return lines.stream().map(ImmutableList::copyOf).collect(ImmutableList.toImmutableList());
    }
}
