package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Journal.Action;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.invariant.Invariant;
import org.p2psim.iommu.MappedPages;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.kernel.Noted;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.unit.Bytes;

/** Every scatter/gather table that an importer gets: kept for the report, and what must hold of it. */
final class Tables {
    private static final long PAGE_SIZE = 4096;

    private final RunState run;

    Tables(RunState run) {
        this.run = run;
        run.kernel().reads(this::read);
    }

    private void read(Noted noted) {
        if (noted.action() == Action.MAP) {
            run.handles().exported().stream()
                    .flatMap(dmaBuf -> dmaBuf.attachments().stream())
                    .filter(attachment -> attachment.name().equals(noted.object()))
                    .findFirst()
                    .ifPresent(attachment -> attachment.mapping().ifPresent(table -> mapped(noted, attachment, table)));
        }
    }

    private void mapped(Noted noted, Attachment attachment, SgTable table) {
        String owner = owner(noted, attachment);
        ImmutableList<MappedPages> pages = run.dmaMap().pages(attachment.importer(), table);
        run.recorder()
                .sgTable(new SgTableOutcome(
                        owner,
                        attachment.dmaBuf().name(),
                        noted.at(),
                        addresses(attachment.importer(), table),
                        seen(owner, attachment, table).entries().stream()
                                .map(entry -> new SgTableOutcome.Entry(entry.address(), entry.length()))
                                .toList(),
                        pages));
        if (!pages.isEmpty()) {
            run.recorder()
                    .effect(
                            noted.at(),
                            owner,
                            "IOMMU page table",
                            text(pages),
                            noted.entry().cause());
        }
        check(noted, owner, attachment, table);
    }

    /** What its owner uses of a table: a memory region the pages that it touches. */
    private SgTable seen(String owner, Attachment attachment, SgTable table) {
        return run.world().plan().timeline().stream()
                .filter(RdmaOperation.RegisterMr.class::isInstance)
                .map(RdmaOperation.RegisterMr.class::cast)
                .filter(line -> line.mr().equals(owner))
                .findFirst()
                .map(line -> new MemoryRegion.Request(
                                owner,
                                line.offset(),
                                line.length().orElse(attachment.dmaBuf().size() - line.offset()),
                                line.offset(),
                                ImmutableSet.of())
                        .trimmed(table))
                .orElse(table);
    }

    private static String text(List<MappedPages> pages) {
        return pages.stream()
                .map(each -> "%d of %s".formatted(each.entries(), Bytes.format(each.size())))
                .collect(Collectors.joining(", ", "entries: ", ""));
    }

    /** What the scenario calls whoever has the table; if that is still being made, the line that makes it says so. */
    private String owner(Noted noted, Attachment attachment) {
        Optional<Operation> line = Optional.of(noted.entry().cause())
                .filter(number -> number >= 0)
                .map(run.world().plan().timeline()::get);
        return run.handles()
                .owner(attachment)
                .or(() -> line.filter(RdmaOperation.RegisterMr.class::isInstance)
                        .map(made -> ((RdmaOperation.RegisterMr) made).mr()))
                .orElse(attachment.name());
    }

    private SgTableOutcome.Addresses addresses(Importer importer, SgTable table) {
        boolean onBus = table.entries().stream()
                .allMatch(entry -> run.dmaMap().kind(importer, entry.address()) == AddressKind.BUS_ADDRESS);
        if (onBus) {
            return SgTableOutcome.Addresses.PHYSICAL;
        }
        return run.world().guest().isPresent()
                ? SgTableOutcome.Addresses.GUEST_PHYSICAL
                : SgTableOutcome.Addresses.IOVA;
    }

    private void check(Noted noted, String lane, Attachment attachment, SgTable table) {
        Importer importer = attachment.importer();
        List<AddressRange> exported = attachment.shownWhenMapped();
        List<AddressRange> bars = run.exporters().mayShow(attachment);
        List<AddressRange> shown = new ArrayList<>();
        for (SgTable.Entry entry : table.entries()) {
            if (entry.length() != 0) {
                Piece.of(run.dmaMap(), importer, entry).forEach(piece -> shown.add(piece.memory()));
            }
        }
        shown.sort(Comparator.comparing(AddressRange::base, Long::compareUnsigned));
        require(
                noted,
                lane,
                Invariant.TABLE_INSIDE_EXPORT,
                allInside(shown, exported)
                        && shown.stream().allMatch(range -> bars.stream().anyMatch(bar -> bar.contains(range))),
                "an entry leaves the export or the BAR %s".formatted(bars.size() == 1 ? bars.get(0) : bars));
        require(
                noted,
                lane,
                Invariant.TABLE_COVERS_EXPORT,
                table.length() == attachment.dmaBuf().size()
                        && allInside(exported, shown)
                        && (noneTwice(shown) || namesTwice(exported)),
                "the entries don't cover the export exactly");
        require(
                noted,
                lane,
                Invariant.ENTRIES_FIT_IMPORTER,
                table.entries().stream().allMatch(entry -> fits(entry, largest(attachment))),
                "an entry is not page aligned, empty, or too long for " + importer.name());
    }

    private static boolean namesTwice(List<AddressRange> exported) {
        return !noneTwice(exported.stream()
                .sorted(Comparator.comparing(AddressRange::base, Long::compareUnsigned))
                .toList());
    }

    /** What an entry may have at most: vfio-pci as merged does not look at the importer. */
    private long largest(Attachment attachment) {
        String device = run.exporters().device(attachment.dmaBuf());
        Optional<VfioPci> vfio = run.exporters().vfio(device);
        boolean looks = vfio.isEmpty()
                || run.world().plan().lifetimes().drivers().get(device) instanceof Driver.Vfio driver
                        && driver.profile() == VfioProfile.RFC;
        return looks ? attachment.importer().maxSegmentSize() & -PAGE_SIZE : -PAGE_SIZE;
    }

    private void require(Noted noted, String lane, Invariant invariant, boolean holds, String detail) {
        run.watch().check(invariant, holds, noted.at(), lane, noted.event(), () -> detail);
    }

    private static boolean allInside(List<AddressRange> ranges, List<AddressRange> others) {
        List<AddressRange> sorted = others.stream()
                .sorted(Comparator.comparing(AddressRange::base, Long::compareUnsigned))
                .toList();
        return ranges.stream().allMatch(range -> isInside(range, sorted));
    }

    /** Whether others, in the order of their addresses, leave nothing of a range out. */
    private static boolean isInside(AddressRange range, List<AddressRange> sorted) {
        long next = range.base();
        for (AddressRange part : sorted) {
            if (part.contains(new AddressRange(next, 1))) {
                if (Long.compareUnsigned(part.last(), range.last()) >= 0) {
                    return true;
                }
                next = part.last() + 1;
            }
        }
        return false;
    }

    private static boolean noneTwice(List<AddressRange> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).overlaps(sorted.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(SgTable.Entry entry, long largest) {
        return entry.length() != 0
                && ((entry.address() | entry.length()) & (PAGE_SIZE - 1)) == 0
                && Long.compareUnsigned(entry.length(), largest) <= 0;
    }
}
