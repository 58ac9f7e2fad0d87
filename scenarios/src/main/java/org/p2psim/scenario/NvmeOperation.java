package org.p2psim.scenario;

import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;

/** Commands of NVMe drives, and the dma-bufs that their queues know. */
public sealed interface NvmeOperation extends Operation {
    /** A dma-buf is registered with a queue of a drive (dma token, RFC of November 2025). */
    record RegisterToken(@Time long at, Optional<String> id, String token, String nvme, String dmaBuf)
            implements NvmeOperation {}

    record UnregisterToken(@Time long at, Optional<String> id, String token) implements NvmeOperation {}

    /**
     * Read commands of an NVMe drive, all alike: data comes from the media and the drive writes it to memory.
     *
     * @param to an attachment or a token of the drive, a device (its largest memory BAR), or {@link #MEMORY}
     * @param size bytes of all commands
     * @param request bytes of a command
     * @param depth commands that may be unfinished at once
     */
    record NvmeRead(
            @Time long at,
            Optional<String> id,
            String nvme,
            String to,
            @Size long size,
            @Size OptionalLong request,
            OptionalLong depth)
            implements NvmeOperation {}

    /**
     * Write commands of an NVMe drive, all alike: the drive reads memory and data goes to the media.
     *
     * @param from an attachment or a token of the drive, a device (its largest memory BAR), or {@link #MEMORY}
     * @param size bytes of all commands
     * @param request bytes of a command
     * @param depth commands that may be unfinished at once
     */
    record NvmeWrite(
            @Time long at,
            Optional<String> id,
            String nvme,
            String from,
            @Size long size,
            @Size OptionalLong request,
            OptionalLong depth)
            implements NvmeOperation {}
}
