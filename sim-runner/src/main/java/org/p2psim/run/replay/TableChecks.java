package org.p2psim.run.replay;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.invariant.Invariant;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;

/** What must hold of a scatter/gather table when an importer gets it. */
final class TableChecks {
    private static final long PAGE_SIZE = 4096;

    private final Exporters exporters;
    private final MachineDmaMap dmaMap;
    private final Recorder recorder;
    private final InvariantWatch watch;

    TableChecks(Exporters exporters, MachineDmaMap dmaMap, Recorder recorder, InvariantWatch watch) {
        this.exporters = exporters;
        this.dmaMap = dmaMap;
        this.recorder = recorder;
        this.watch = watch;
    }

    void check(long at, String lane, Attachment attachment, SgTable table) {
        Importer importer = attachment.importer();
        List<AddressRange> exported = exporters.of(attachment.dmaBuf()).ranges(attachment.dmaBuf());
        List<AddressRange> shown = new ArrayList<>();
        for (SgTable.Entry entry : table.entries()) {
            if (entry.length() != 0) {
                shown.add(new AddressRange(dmaMap.physical(importer, entry.address()), entry.length()));
            }
        }
        shown.sort(Comparator.comparing(AddressRange::base, Long::compareUnsigned));
        AddressRange bar = exporters.of(attachment.dmaBuf()).bar();
        require(
                at,
                lane,
                Invariant.TABLE_INSIDE_EXPORT,
                allInside(shown, exported) && shown.stream().allMatch(bar::contains),
                "an entry leaves the export or the BAR %s".formatted(bar));
        require(
                at,
                lane,
                Invariant.TABLE_COVERS_EXPORT,
                table.length() == attachment.dmaBuf().size() && noneTwice(shown),
                "the entries don't cover the export exactly");
        require(
                at,
                lane,
                Invariant.ENTRIES_FIT_IMPORTER,
                table.entries().stream().allMatch(entry -> fits(entry, importer)),
                "an entry is not page aligned, empty, or too long for " + importer.name());
    }

    private void require(long at, String lane, Invariant invariant, boolean holds, String detail) {
        watch.check(invariant, holds, at, lane, recorder.newest(), () -> detail);
    }

    private static boolean allInside(List<AddressRange> shown, List<AddressRange> exported) {
        return shown.stream().allMatch(range -> {
            long covered = exported.stream()
                    .filter(range::overlaps)
                    .mapToLong(part -> common(range, part))
                    .sum();
            return covered == range.size();
        });
    }

    private static long common(AddressRange a, AddressRange b) {
        long start = Long.compareUnsigned(a.base(), b.base()) > 0 ? a.base() : b.base();
        long last = Long.compareUnsigned(a.last(), b.last()) < 0 ? a.last() : b.last();
        return last - start + 1;
    }

    private static boolean noneTwice(List<AddressRange> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).overlaps(sorted.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(SgTable.Entry entry, Importer importer) {
        long largest = importer.maxSegmentSize() & -PAGE_SIZE;
        return entry.length() != 0
                && ((entry.address() | entry.length()) & (PAGE_SIZE - 1)) == 0
                && Long.compareUnsigned(entry.length(), largest) <= 0;
    }
}
