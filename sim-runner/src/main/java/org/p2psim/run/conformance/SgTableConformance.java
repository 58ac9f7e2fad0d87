package org.p2psim.run.conformance;

import com.google.common.base.Joiner;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.dmabuf.sgtable.PhysVecSgTable;
import org.p2psim.dmabuf.sgtable.VfioRfcSgTable;
import org.p2psim.scenario.evidence.SgTableCase;
import org.p2psim.scenario.evidence.SgTableCase.Expected;

/** The builders of scatter/gather tables against recorded tables. */
public final class SgTableConformance {
    /** What a builder answered, and what it mapped and unmapped. */
    private record Answer(Reply<SgTable> reply, DmaWithoutIommu dma) {
        int rc() {
            return reply instanceof Reply.Refused<SgTable> refused
                    ? -refused.errno().number()
                    : 0;
        }

        List<SgTable.Entry> entries() {
            return reply instanceof Reply.Done<SgTable> done ? done.value().entries() : List.of();
        }

        String text() {
            return reply instanceof Reply.Refused<SgTable> refused
                    ? "%d (%s: %s)".formatted(rc(), refused.errno(), refused.why())
                    : "0";
        }
    }

    /** The DMA API of a machine without an IOMMU, which may fail once. */
    private static final class DmaWithoutIommu implements DmaMap {
        private final int failing;
        private final List<SgTable.Entry> live = new ArrayList<>();
        private final List<SgTable.Entry> unmapped = new ArrayList<>();
        private int calls;

        DmaWithoutIommu(int failing) {
            this.failing = failing;
        }

        @Override
        public long map(Importer importer, long physical, long length) {
            if (calls++ == failing) {
                return FAILED;
            }
            live.add(new SgTable.Entry(physical, length));
            return physical;
        }

        /** Builders unmap in the order in which they mapped. */
        @Override
        public void unmap(Importer importer, long dmaAddress) {
            int at = 0;
            while (live.get(at).address() != dmaAddress || live.get(at).length() == 0) {
                at++;
            }
            unmapped.add(live.get(at));
            live.subList(0, at + 1).clear();
        }
    }

    private final List<String> differences = new ArrayList<>();

    private SgTableConformance() {}

    /** Builds the tables of a case and compares every field that is stated about them. */
    public static Case check(SgTableCase recorded) {
        SgTableConformance conformance = new SgTableConformance();
        if (recorded instanceof SgTableCase.DeviceMemory memory) {
            conformance.deviceMemory(memory);
        } else if (recorded instanceof SgTableCase.BarSlice slice) {
            DmaWithoutIommu dma = new DmaWithoutIommu(-1);
            Reply<SgTable> reply =
                    VfioRfcSgTable.build(slice.physical(), slice.size(), importer(slice.maxSegmentSize()), dma);
            conformance.compare("", new Answer(reply, dma), slice.expected());
        } else if (recorded instanceof SgTableCase.PhysicalRanges ranges) {
            conformance.physicalRanges(ranges);
        }
        return new Case(
                recorded.id(),
                conformance.differences.isEmpty(),
                Joiner.on("; ").join(conformance.differences));
    }

    private static Importer importer(long maxSegmentSize) {
        return new Importer("importer", Bdf.parse("0000:00:00.0"), true, true, maxSegmentSize);
    }

    private static Answer build(HabanalabsSgTable builder, SgTableCase.DeviceMemory recorded) {
        DmaWithoutIommu dma = new DmaWithoutIommu(recorded.failingCall().orElse(-1));
        Importer importer = importer(recorded.maxSegmentSize());
        return new Answer(builder.build(recorded.memory(), recorded.kernelPageSize(), importer, dma), dma);
    }

    private void deviceMemory(SgTableCase.DeviceMemory recorded) {
        List<SgTable.Entry> intended =
                recorded.intended().orElseGet(() -> recorded.memory().exported());
        recorded.expected().forEach((builder, expected) -> {
            String name = builder.name().toLowerCase(Locale.ROOT) + ": ";
            Answer answer = build(builder, recorded);
            compare(name, answer, expected);
            if (answer.rc() != expected.rc()) {
                return;
            }
            boolean done = answer.rc() == 0;
            boolean shows = done && new SgTable(answer.entries()).coverage().equals(intended);
            truth(name + "shows the intended memory", expected.showsIntended(), shows);
            if (expected.sameAsV6().isPresent()) {
                boolean same = done
                        && answer.entries()
                                .equals(build(HabanalabsSgTable.V6, recorded).entries());
                truth(name + "same as v6", expected.sameAsV6(), same);
            }
        });
    }

    /** The recorded ranges are cut at whole pages, whatever release they are labelled with. */
    private void physicalRanges(SgTableCase.PhysicalRanges recorded) {
        DmaWithoutIommu dma = new DmaWithoutIommu(-1);
        Reply<SgTable> reply = PhysVecSgTable.WHOLE_PAGE_CUTS.build(
                recorded.memory(), recorded.mapType(), recorded.iova(), recorded.kernelPageSize(), importer(-1), dma);
        compare("", new Answer(reply, dma), recorded.expected());
    }

    /** What can be said without knowing what the table is of; if one refuses and the other does not, no more. */
    private void compare(String name, Answer answer, Expected expected) {
        if (answer.rc() != expected.rc()) {
            differences.add("%src: expected %d, got %s".formatted(name, expected.rc(), answer.text()));
            return;
        }
        List<SgTable.Entry> entries = answer.entries();
        number(name + "nents", expected.nents(), entries.size());
        // tables of device memory have no CPU pages
        number(name + "orig_nents", expected.origNents(), 0);
        list(name + "entry", expected.entries(), entries);
        list(name + "unmapped", expected.unmapped(), answer.dma().unmapped);
        number(
                name + "empty entries",
                expected.emptyEntries(),
                entries.stream().filter(entry -> entry.length() == 0).count());
        truth(
                name + "page aligned",
                expected.pageAligned(),
                entries.stream().allMatch(entry -> ((entry.address() | entry.length()) & 0xfff) == 0));
    }

    private void number(String what, OptionalLong expected, long got) {
        if (expected.isPresent() && expected.getAsLong() != got) {
            differences.add("%s: expected %d, got %d".formatted(what, expected.getAsLong(), got));
        }
    }

    private void truth(String what, Optional<Boolean> expected, boolean got) {
        if (expected.isPresent() && expected.get() != got) {
            differences.add("%s: expected %s, got %s".formatted(what, expected.get(), got));
        }
    }

    /** The first place where two lists differ. */
    private void list(String what, Optional<List<SgTable.Entry>> expected, List<SgTable.Entry> got) {
        if (expected.isEmpty() || expected.get().equals(got)) {
            return;
        }
        int at = 0;
        while (at < got.size()
                && at < expected.get().size()
                && got.get(at).equals(expected.get().get(at))) {
            at++;
        }
        differences.add("%s %d: expected %s, got %s".formatted(what, at, text(expected.get(), at), text(got, at)));
    }

    private static String text(List<SgTable.Entry> entries, int at) {
        return at < entries.size()
                ? "0x%x + 0x%x"
                        .formatted(entries.get(at).address(), entries.get(at).length())
                : "none (%d in all)".formatted(entries.size());
    }
}
