package org.p2psim.report.trace;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.lifetime.Lifetimes;

/**
 * Runs in the Trace Event Format (JSON object form), which Perfetto and chrome://tracing open: a process for each run, a
 * thread for each line of a track, slices as pairs of B and E, instants, counters for how busy links are, and flow events
 * from what held somebody up to who waited. Timestamps are microseconds, exact to the tick of 1/16 ps; Perfetto itself
 * counts whole nanoseconds. Events of a process are in order of time. Equal outcomes give the same bytes.
 */
public final class TraceReport {
    private final TraceWriter out;
    private int flows;

    private TraceReport(TraceWriter out) {
        this.out = out;
    }

    /**
     * Writes the trace; the writer stays open.
     *
     * @throws IOException if the writer does
     */
    public static void write(List<RunOutcome> runs, Writer writer) throws IOException {
        try (TraceWriter out = new TraceWriter(writer)) {
            TraceReport report = new TraceReport(out);
            for (int i = 0; i < runs.size(); i++) {
                report.write(runs.get(i), i + 1);
            }
        }
    }

    /**
     * Something to be written.
     *
     * @param rank of those of one time: ends first, then beginnings without an event, then events as they happened
     */
    private record Entry(long time, long rank, TraceWriter.Step step) {}

    /** Where an arrow starts, or ends. */
    private record End(String phase, int id) {}

    private void write(RunOutcome run, int pid) throws IOException {
        out.name(pid, "%s [%s]".formatted(run.provenance().scenario(), run.variant()));
        List<Entry> entries = new ArrayList<>();
        ImmutableListMultimap.Builder<Integer, End> ends = ImmutableListMultimap.builder();
        Lifetimes lifetimes = new Lifetimes(run);
        for (Arrow arrow : Arrow.of(run, lifetimes)) {
            ends.put(arrow.from(), new End("s", flows));
            ends.put(arrow.to(), new End("f", flows++));
        }
        ImmutableListMultimap<Integer, End> arrows = ends.build();
        int tid = 0;
        for (Track track : RunTracks.of(run, lifetimes)) {
            ImmutableList<ImmutableList<Mark>> lines = track.lines();
            for (int line = 0; line < lines.size(); line++) {
                tid++;
                TraceWriter.Line numbers = new TraceWriter.Line(pid, tid);
                out.name(numbers, line == 0 ? track.name() : "%s (%d)".formatted(track.name(), line + 1));
                for (Mark mark : lines.get(line)) {
                    add(mark, numbers, arrows, entries);
                }
            }
        }
        run.links().forEach(link -> addCounter(link, pid, entries));
        entries.sort(Comparator.comparingLong(Entry::time).thenComparingLong(Entry::rank));
        for (Entry entry : entries) {
            entry.step().write();
        }
    }

    private void add(
            Mark mark, TraceWriter.Line line, ImmutableListMultimap<Integer, End> arrows, List<Entry> entries) {
        entries.add(new Entry(mark.start(), mark.event() + 1L, () -> {
            out.begin(mark, line);
            for (End end : arrows.get(mark.event())) {
                out.flow(end.phase(), end.id(), mark.start(), line);
            }
        }));
        if (mark.isSlice()) {
            entries.add(new Entry(mark.end(), -1, () -> out.end(mark.end(), line)));
        }
    }

    /** How much of each time slice a direction of a link was sending, in percent; told when it changes. */
    private void addCounter(LinkUse link, int pid, List<Entry> entries) {
        String name = RunTracks.name(link) + " busy";
        double last = -1;
        for (int i = 0; i <= link.busyPerSlice().size(); i++) {
            long busy = i < link.busyPerSlice().size() ? link.busyPerSlice().get(i) : 0;
            double percent = Math.round(1000.0 * busy / Math.max(1, link.sliceTicks())) / 10.0;
            if (percent != last) {
                long at = i * link.sliceTicks();
                entries.add(new Entry(at, 0, () -> out.counter(name, percent, at, pid)));
                last = percent;
            }
        }
    }
}
