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

    /** Commands of a drive, all alike. */
    sealed interface Commands extends NvmeOperation {
        /** The drive. */
        String nvme();

        /** An attachment or a token of the drive, a device (its largest memory BAR), or {@link #MEMORY}. */
        String memory();

        /** Bytes of all commands. */
        long size();

        /** Bytes of a command. */
        OptionalLong request();

        /** Commands that may be unfinished at once. */
        OptionalLong depth();
    }

    /** Read commands of an NVMe drive: data comes from the media and the drive writes it to memory. */
    record NvmeRead(
            @Time long at,
            Optional<String> id,
            String nvme,
            String to,
            @Size long size,
            @Size OptionalLong request,
            OptionalLong depth)
            implements Commands {
        @Override
        public String memory() {
            return to;
        }
    }

    /** Write commands of an NVMe drive: the drive reads memory and data goes to the media. */
    record NvmeWrite(
            @Time long at,
            Optional<String> id,
            String nvme,
            String from,
            @Size long size,
            @Size OptionalLong request,
            OptionalLong depth)
            implements Commands {
        @Override
        public String memory() {
            return from;
        }
    }
}
