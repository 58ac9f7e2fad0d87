package org.p2psim.run.flow;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.outcome.Failure;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.Run.Told;

/** Counts TLPs by what became of them, their size and their latency. */
final class Sums implements DmaListener, DmaListener.Repeats {
    final Map<Told, Long> counts = new HashMap<>();
    final Set<Told> oneByOne = new HashSet<>();
    private final Engine engine;
    private final boolean takesRepeats;
    long doneAt = -1;
    long skipped;
    /** Bytes of TLPs alike, one each period, of which it was told at once. */
    long longestRepeat;

    Sums(Engine engine, boolean takesRepeats) {
        this.engine = engine;
        this.takesRepeats = takesRepeats;
    }

    private void count(Run.What what, long times, int bytes, long latency) {
        counts.merge(new Told(what, 0, bytes, 0, latency), times, Long::sum);
    }

    /** Of all TLPs of which the same has become. */
    long bytes(Run.What what) {
        return counts.entrySet().stream()
                .filter(count -> count.getKey().what() == what)
                .mapToLong(count -> count.getKey().bytes() * count.getValue())
                .sum();
    }

    private void one(Told told) {
        oneByOne.add(told);
        count(told.what(), 1, told.bytes(), told.latency());
    }

    @Override
    public Optional<Repeats> repeats() {
        return takesRepeats ? Optional.of(this) : Optional.empty();
    }

    @Override
    public void repeated(boolean completed, long at, long period, long count, int bytes, long latency) {
        skipped += count;
        longestRepeat = Math.max(longestRepeat, count * bytes);
        count(completed ? Run.What.COMPLETED : Run.What.LANDED, count, bytes, latency);
    }

    @Override
    public void landed(long at, long address, int bytes, long issued) {
        one(new Told(Run.What.LANDED, address, bytes, issued, at));
    }

    @Override
    public void completed(long at, long address, int bytes, long issued) {
        one(new Told(Run.What.COMPLETED, address, bytes, issued, at));
    }

    @Override
    public void failed(Failure how, long at, long address, int bytes, long issued) {
        one(new Told(Run.What.of(how), address, bytes, issued, at));
    }

    @Override
    public void waitsForEver(long at) {
        doneAt = at;
    }

    @Override
    public void repeatedFinish(long count, long ticks) {
        skipped += count;
        count(Run.What.FINISHED, count, 0, ticks);
    }

    @Override
    public void finished(long at, long started) {
        one(new Told(Run.What.FINISHED, 0, 0, started, at));
    }

    @Override
    public void done() {
        doneAt = engine.now();
    }
}
