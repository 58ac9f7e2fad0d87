package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;

/** Contiguous memory, as the initiator addresses it and where that is, physical. */
record Piece(long dmaAddress, AddressRange memory) {
    /** What no domain of the importer maps is an address of the bus. */
    static ImmutableList<Piece> of(MachineDmaMap dmaMap, Importer importer, SgTable.Entry entry) {
        ImmutableList.Builder<Piece> pieces = ImmutableList.builder();
        for (long done = 0; done < entry.length(); ) {
            long address = entry.address() + done;
            long left = entry.length() - done;
            long physical = dmaMap.physical(importer, address);
            long part = physical == DmaMap.FAILED ? left : Math.min(left, dmaMap.mappedFrom(importer, address));
            pieces.add(new Piece(address, new AddressRange(physical == DmaMap.FAILED ? address : physical, part)));
            done += part;
        }
        return pieces.build();
    }

    static ImmutableList<Piece> of(MachineDmaMap dmaMap, Attachment attachment, List<SgTable.Entry> segments) {
        return segments.stream()
                .filter(entry -> entry.length() != 0)
                .flatMap(entry -> of(dmaMap, attachment.importer(), entry).stream())
                .collect(ImmutableList.toImmutableList());
    }

    boolean holds(long address) {
        return Long.compareUnsigned(address - dmaAddress, memory.size()) < 0;
    }

    /** The memory that the initiator addresses so. */
    AddressRange at(long address, long length) {
        return new AddressRange(memory.base() + (address - dmaAddress), length);
    }
}
