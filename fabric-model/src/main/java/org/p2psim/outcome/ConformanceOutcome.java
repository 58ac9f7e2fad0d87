package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** How far the model agrees with recorded evidence. */
public record ConformanceOutcome(List<Source> sources) {
    public ConformanceOutcome {
        sources = ImmutableList.copyOf(sources);
    }

    /**
     * A file or a captured machine.
     *
     * @param source its path
     * @param cases recorded answers in it
     * @param agreeing those that the model gives too
     * @param differences the others in the order of the source, as many as were asked for
     * @param notes lines about how the answers came about: parameters that were found, and errors
     */
    public record Source(String source, long cases, long agreeing, List<Difference> differences, List<String> notes) {
        public Source {
            notes = ImmutableList.copyOf(notes);
            differences = ImmutableList.copyOf(differences);
        }

        /** Without notes. */
        public Source(String source, long cases, long agreeing, List<Difference> differences) {
            this(source, cases, agreeing, differences, List.of());
        }
    }

    /**
     * A case in which the model answers otherwise.
     *
     * @param difference what was recorded and what the model says
     */
    public record Difference(String id, String difference) {}

    public long cases() {
        return sources.stream().mapToLong(Source::cases).sum();
    }

    public long agreeing() {
        return sources.stream().mapToLong(Source::agreeing).sum();
    }

    public boolean good() {
        return agreeing() == cases();
    }
}
