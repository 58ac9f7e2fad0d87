package org.p2psim.lifetime;

import java.util.List;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.invariant.Invariant;

/** I-11, I-12 and I-13 of a table, on a machine whose DMA addresses are physical ones. */
final class Tables {
    private Tables() {}

    static void check(Lifetime life, Attachment attachment, SgTable table, ExportingDevice device) {
        List<AddressRange> exported = device.exported(attachment.dmaBuf());
        long largest = attachment.importer().maxSegmentSize() & -Kernel.PAGE_SIZE;
        if (table.length() != attachment.dmaBuf().size()) {
            life.found(Invariant.TABLE_COVERS_EXPORT, attachment.name(), "%d bytes".formatted(table.length()));
        }
        for (SgTable.Entry entry : table.entries()) {
            if (entry.length() == 0 || ((entry.address() | entry.length()) & (Kernel.PAGE_SIZE - 1)) != 0) {
                life.found(Invariant.ENTRIES_FIT_IMPORTER, attachment.name(), entry + " is not whole pages");
            } else if (device.cutsTables() && entry.length() > largest) {
                life.found(Invariant.ENTRIES_FIT_IMPORTER, attachment.name(), entry + " is too long");
            }
            for (long at = entry.address(); at < entry.address() + entry.length(); at += Kernel.PAGE_SIZE) {
                long page = at;
                if (exported.stream().noneMatch(range -> range.contains(page))) {
                    life.found(Invariant.TABLE_INSIDE_EXPORT, attachment.name(), "0x%x".formatted(page));
                }
            }
        }
    }
}
