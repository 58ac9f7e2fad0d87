package org.p2psim.scenario;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.dmabuf.Direction;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;

/** What processes and drivers do with dma-bufs and their attachments. */
public sealed interface DmaBufOperation extends Operation {
    /** What is done to a dma-buf that an earlier line exports. */
    sealed interface OfDmaBuf extends DmaBufOperation {
        /** Its name. */
        String dmaBuf();
    }

    /** What an importer does to an attachment that an earlier line makes. */
    sealed interface OfAttachment extends DmaBufOperation {
        /** Its name. */
        String attachment();
    }

    /**
     * A dma-buf is exported. The file says one of: device address and size; the handle of an allocation; a region of a
     * vfio-pci device, all of it, a slice (as in the RFC of 2022), or a list of ranges (as merged).
     *
     * @param address device address of its first byte
     * @param handleUpper what the user passes above the 32 bits of the handle
     * @param region index of the BAR
     * @param offset of the slice in the region, bytes
     * @param length of the slice, bytes
     * @param ranges of the region, in the order of the file; an empty list is one
     * @param flags of the feature call, which takes none
     */
    record Export(
            @Time long at,
            Optional<String> id,
            String dmaBuf,
            String from,
            @Address OptionalLong address,
            @Size OptionalLong size,
            Optional<String> handle,
            @Address OptionalLong handleUpper,
            OptionalInt region,
            @Size OptionalLong offset,
            @Size OptionalLong length,
            Optional<List<Slice>> ranges,
            int flags)
            implements DmaBufOperation {}

    /** A range of a region, bytes from its start. */
    record Slice(@Size long offset, @Size long length) {}

    /** The exporting process closes its file descriptor of the dma-buf. */
    record Close(@Time long at, Optional<String> id, String dmaBuf) implements OfDmaBuf {}

    record Attach(@Time long at, Optional<String> id, String attachment, String dmaBuf, String importer)
            implements OfDmaBuf {}

    record Pin(@Time long at, Optional<String> id, String attachment) implements OfAttachment {}

    /** @param direction in which the device will do DMA; both if absent */
    record Map(@Time long at, Optional<String> id, String attachment, Optional<Direction> direction)
            implements OfAttachment {}

    /** @param mapping number of what is given back, 1 for the first that the attachment mapped; the newest if absent */
    record Unmap(@Time long at, Optional<String> id, String attachment, OptionalInt mapping) implements OfAttachment {}

    record Unpin(@Time long at, Optional<String> id, String attachment) implements OfAttachment {}

    record Detach(@Time long at, Optional<String> id, String attachment) implements OfAttachment {}

    /** The exporter takes the memory back for good. */
    record Revoke(@Time long at, Optional<String> id, String dmaBuf) implements OfDmaBuf {}

    /** The exporter moves the memory to another place. */
    record Move(@Time long at, Optional<String> id, String dmaBuf) implements OfDmaBuf {}
}
