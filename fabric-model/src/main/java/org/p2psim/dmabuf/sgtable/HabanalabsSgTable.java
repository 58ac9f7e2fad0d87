package org.p2psim.dmabuf.sgtable;

import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/**
 * {@code alloc_sgt_from_device_pages()} of the habanalabs driver (drivers/misc/habanalabs/common/memory.c, from 6.3 on
 * drivers/accel/habanalabs/common/memory.c), as it was rewritten twice.
 */
public enum HabanalabsSgTable {
    /**
     * As posted ("habanalabs: add support for dma-buf exporter", v6, September 2021) and in 5.16 to 6.2: pages are
     * merged or cut, never both. Always all of the pages.
     */
    V6,
    /**
     * 6.3 to 6.6: ends at the exported size, with empty entries for the pages behind it. The offset is ignored, so an
     * export from an offset shows the wrong memory.
     */
    R1,
    /**
     * 6.7 and later: honours the offset, merges and cuts in one walk. Once an entry has ended on a page boundary it
     * looks at the wrong page, so it may map memory that is not exported, or fail with -ENOMEM.
     */
    R2,
    /** No release: what R2 would build if its walk went on to the next page. */
    R2_FIXED;

    /** The builder of a release. */
    public static HabanalabsSgTable of(KernelRelease release) {
        if (KernelFeature.HABANALABS_SG_OFFSET.isIn(release)) {
            return R2;
        }
        return KernelFeature.HABANALABS_SG_EXPORTED_SIZE.isIn(release) ? R1 : V6;
    }

    /**
     * Builds the table; what it mapped before a failure is unmapped again.
     *
     * @param kernelPageSize PAGE_SIZE of the kernel, bytes: the importer's largest segment is rounded down to it
     */
    public Reply<SgTable> build(DevicePages memory, long kernelPageSize, Importer importer, DmaMap dmaMap) {
        long segment = importer.maxSegmentSize() & -kernelPageSize;
        if (segment == 0) {
            return Reply.refused(Errno.EINVAL, "the importer's largest segment is shorter than a page");
        }
        return fill(memory, segment).then(filling -> {
            Mappings mappings = new Mappings(importer, dmaMap);
            for (Piece piece : filling.pieces()) {
                if (!mappings.add(memory.barAddress(piece.address()), piece.length())) {
                    return mappings.undo("a segment could not be mapped for DMA");
                }
            }
            if (filling.left() != 0) {
                return mappings.undo(
                        "0x%x bytes are left to export after all entries are filled".formatted(filling.left()));
            }
            return Reply.done(new SgTable(mappings.made()));
        });
    }

    private Reply<Filling> fill(DevicePages memory, long segment) {
        return switch (this) {
            case V6 -> new PageChunks(memory, segment, memory.total()).fill();
            case R1 -> new PageChunks(memory, segment, memory.exportedSize()).fill();
            case R2 -> new PageWalk(memory, segment).fillWithStaleCursor();
            case R2_FIXED -> new PageWalk(memory, segment).fill();
        };
    }
}
