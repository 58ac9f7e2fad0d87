package org.p2psim.run.watch;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.Violation;
import org.p2psim.outcome.InvariantOutcome;

/** Counts the checks of each invariant and keeps the first time that one broke at an object, and by each DMA. */
public final class InvariantWatch {
    private static final class Record {
        private long checks;
        private long broken;
        private final Map<String, Break> first = new LinkedHashMap<>();
        /** By object and event: what more DMAs did after the first break. */
        private final Map<List<Object>, Break> more = new LinkedHashMap<>();

        private Stream<Break> breaks() {
            return Stream.concat(first.values().stream(), more.values().stream());
        }
    }

    /**
     * The first time that an invariant broke at an object.
     *
     * @param event index of the event that says so
     * @param others names of more objects that it is about
     * @param by index of the event whose effect it is
     * @param enabledBy index of the first earlier event that made it possible
     */
    public record Break(
            Invariant invariant,
            long at,
            int event,
            String object,
            List<String> others,
            String detail,
            int by,
            int enabledBy) {
        private InvariantOutcome.Violation outcome(long times, boolean expected) {
            List<String> objects =
                    ImmutableList.<String>builder().add(object).addAll(others).build();
            return new InvariantOutcome.Violation(at, event, detail, objects, enabledBy, times, expected);
        }
    }

    private final Recorder recorder;
    private final Map<Invariant, Record> records = new EnumMap<>(Invariant.class);

    public InvariantWatch(Recorder recorder) {
        this.recorder = recorder;
        for (Invariant invariant : Invariant.values()) {
            records.put(invariant, new Record());
        }
    }

    /** So many checks of each, made by somebody who tells what is {@link #broken}. */
    public void checked(Collection<Invariant> invariants, long times) {
        invariants.forEach(invariant -> record(invariant).checks += times);
    }

    private Record record(Invariant invariant) {
        return Objects.requireNonNull(records.get(invariant));
    }

    /**
     * One check.
     *
     * @param lane the object that it is about
     * @param event index of the event whose effect a violation is, and which made it possible
     * @param detail says what broke; asked only if it did
     */
    public void check(Invariant invariant, boolean holds, long at, String lane, int event, Supplier<String> detail) {
        record(invariant).checks++;
        if (!holds) {
            broken(new Violation(invariant, lane, detail.get()), List.of(), 1, at, event, event);
        }
    }

    /**
     * A check found something, so many times alike.
     *
     * @param others names of more objects that it is about
     * @param by index of the event whose effect it is
     * @param enabledBy index of the first earlier event that made it possible
     */
    public void broken(Violation violation, List<String> others, long times, long at, int by, int enabledBy) {
        Record record = record(violation.invariant());
        record.broken += times;
        record.first.computeIfAbsent(violation.object(), object -> happened(violation, others, at, by, enabledBy));
    }

    private Break happened(Violation violation, List<String> others, long at, int by, int enabledBy) {
        int event =
                recorder.violation(at, violation.object(), violation.invariant().id(), violation.detail());
        return new Break(
                violation.invariant(), at, event, violation.object(), others, violation.detail(), by, enabledBy);
    }

    /** The same of a DMA: its first break counts even if another one broke the invariant at that object before. */
    public void brokenByDma(Violation violation, long times, long at, int by, int enabledBy) {
        Record record = record(violation.invariant());
        Break before = record.first.get(violation.object());
        if (before == null || before.by() == by) {
            broken(violation, List.of(), times, at, by, enabledBy);
            return;
        }
        record.broken += times;
        record.more.computeIfAbsent(
                List.of(violation.object(), by), key -> happened(violation, List.of(), at, by, enabledBy));
    }

    /** The first time that each invariant broke at each object, and each DMA that broke it after that, in order. */
    public ImmutableList<Break> breaks() {
        return records.values().stream().flatMap(Record::breaks).collect(ImmutableList.toImmutableList());
    }

    /**
     * Those that were checked at least once.
     *
     * @param expected whether the scenario expects it
     */
    public ImmutableList<InvariantOutcome> outcomes(Predicate<Break> expected) {
        return Arrays.stream(Invariant.values())
                .filter(invariant -> record(invariant).checks > 0 || record(invariant).broken > 0)
                .map(invariant -> outcome(invariant, record(invariant), expected))
                .collect(ImmutableList.toImmutableList());
    }

    private static InvariantOutcome outcome(Invariant invariant, Record record, Predicate<Break> expected) {
        return new InvariantOutcome(
                invariant.id(),
                invariant.statement(),
                Math.max(record.checks, record.broken),
                record.breaks()
                        .filter(expected.negate())
                        .findFirst()
                        .map(found -> found.outcome(record.broken, false))
                        .or(() -> record.breaks().findFirst().map(found -> found.outcome(record.broken, true))));
    }
}
