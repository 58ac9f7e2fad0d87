package org.p2psim.run.watch;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.InvariantOutcome;

/** Counts the checks of each invariant and keeps the first time that one broke. */
public final class InvariantWatch {
    private static final class Record {
        private long checks;
        private long broken;
        private InvariantOutcome.@Nullable Violation first;
    }

    private final Recorder recorder;
    private final Map<Invariant, Record> records = new EnumMap<>(Invariant.class);

    public InvariantWatch(Recorder recorder) {
        this.recorder = recorder;
        for (Invariant invariant : Invariant.values()) {
            records.put(invariant, new Record());
        }
    }

    /**
     * One check.
     *
     * @param lane the object that it is about
     * @param enabledBy index of the event that made a violation possible
     * @param detail says what broke; asked only if it did
     */
    public void check(
            Invariant invariant, boolean holds, long at, String lane, int enabledBy, Supplier<String> detail) {
        check(invariant, holds, 1, at, lane, enabledBy, detail);
    }

    /** So many checks with one result, the first of them at that time. */
    public void check(
            Invariant invariant,
            boolean holds,
            long times,
            long at,
            String lane,
            int enabledBy,
            Supplier<String> detail) {
        Record record = Objects.requireNonNull(records.get(invariant));
        record.checks += times;
        if (holds) {
            return;
        }
        record.broken += times;
        if (record.first == null) {
            String what = detail.get();
            int event = recorder.violation(at, lane, invariant.id(), what);
            record.first = new InvariantOutcome.Violation(at, event, what, List.of(lane), enabledBy, 1, false);
        }
    }

    /** Those that were checked at least once. */
    public ImmutableList<InvariantOutcome> outcomes() {
        return Arrays.stream(Invariant.values())
                .filter(invariant -> Objects.requireNonNull(records.get(invariant)).checks > 0)
                .map(invariant -> {
                    Record record = Objects.requireNonNull(records.get(invariant));
                    return new InvariantOutcome(
                            invariant.id(),
                            invariant.statement(),
                            record.checks,
                            Optional.ofNullable(record.first)
                                    .map(first -> new InvariantOutcome.Violation(
                                            first.at(),
                                            first.event(),
                                            first.detail(),
                                            first.objects(),
                                            first.enabledBy(),
                                            record.broken,
                                            first.expected())));
                })
                .collect(ImmutableList.toImmutableList());
    }
}
