package org.p2psim.platform;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableRangeSet;
import com.google.common.collect.Range;
import com.google.common.collect.RangeSet;
import com.google.common.collect.TreeRangeSet;
import java.util.List;
import java.util.stream.Stream;
import org.p2psim.address.DeviceId;

/** What one kernel release knows about the ACS of certain devices beside their config space; {@code acs-quirks.tsv}. */
public final class AcsQuirks {
    private static final Range<Integer> ANY_DEVICE = Range.closed(0, 0xffff);

    private static final ImmutableList<Row> ROWS = RuleTable.rows("acs-quirks.tsv").stream()
            .map(row -> new Row(Era.parse(row.get(3), row.get(4), row.get(5)), entry(row)))
            .collect(ImmutableList.toImmutableList());

    private final ImmutableList<Entry> entries;

    private AcsQuirks(ImmutableList<Entry> entries) {
        this.entries = entries;
    }

    /** What is different about a device. */
    public enum Effect {
        /** It keeps peers apart as source validation, redirect and upstream forwarding would; its words don't say so. */
        ISOLATED_WITHOUT_CAPABILITY,
        /** It does not keep peers apart, whatever its words say. */
        NEVER_ISOLATED,
        /**
         * Its control register is at offset 8 of the capability instead of 6, where p2pdma reads. The kernel writes
         * its default and redirect parameters there, and the word at 6 stays what it is.
         */
        CONTROL_AT_8,
        /** Its source validation is broken: the kernel ignores that it has it. */
        NO_SOURCE_VALIDATION
    }

    /** Which functions with such an id are meant. */
    public enum Functions {
        ANY,
        ROOT_PORT,
        ROOT_OR_DOWNSTREAM_PORT,
        INTEGRATED_ENDPOINT,
        MULTIFUNCTION_ON_ROOT_BUS
    }

    /**
     * One row.
     *
     * @param what the product
     * @param source where the row was seen
     */
    public record Entry(
            int vendor, RangeSet<Integer> devices, Functions functions, Effect effect, String what, String source) {
        public Entry {
            devices = ImmutableRangeSet.copyOf(devices);
        }

        boolean matches(DeviceId id) {
            return id.vendor() == vendor && devices.contains(id.device());
        }
    }

    private record Row(Era era, Entry entry) {}

    public static AcsQuirks of(KernelRelease release) {
        return new AcsQuirks(ROWS.stream()
                .filter(row -> row.era().contains(release))
                .map(Row::entry)
                .collect(ImmutableList.toImmutableList()));
    }

    private static Entry entry(List<String> row) {
        List<String> ids = Splitter.on(':').splitToList(row.get(0));
        return new Entry(
                Integer.parseInt(ids.get(0), 16),
                devices(ids.get(1)),
                Functions.valueOf(row.get(1)),
                Effect.valueOf(row.get(2)),
                row.get(6),
                row.get(7));
    }

    /** {@code 1d10,8d10-8d1e}, or {@code *} for all of a vendor. */
    private static RangeSet<Integer> devices(String text) {
        RangeSet<Integer> devices = TreeRangeSet.create();
        if (text.equals("*")) {
            devices.add(ANY_DEVICE);
            return devices;
        }
        for (String range : Splitter.on(',').split(text)) {
            List<String> ends = Splitter.on('-').splitToList(range);
            devices.add(
                    Range.closed(Integer.parseInt(ends.get(0), 16), Integer.parseInt(ends.get(ends.size() - 1), 16)));
        }
        return devices;
    }

    /** The rows for a device id, the first that fits the function deciding. */
    public Stream<Entry> entries(DeviceId id) {
        return entries.stream().filter(entry -> entry.matches(id));
    }

    /** Whether a function with this id has an effect, if the effect does not depend on the function's kind. */
    public boolean has(DeviceId id, Effect effect) {
        return entries(id).anyMatch(entry -> entry.effect() == effect);
    }
}
