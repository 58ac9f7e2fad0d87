package org.p2psim.scenario;

import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;

/** Peer-to-peer through mappings of device files, as proposed in January 2019 and in no release. */
public sealed interface VmaOperation extends Operation {
    /** What is done to a VMA that an earlier line shares. */
    sealed interface OfVma extends VmaOperation {
        /** Its name. */
        String vma();
    }

    /**
     * A process maps a region of a device, which shows it to peers if user space has tagged it shareable.
     *
     * @param length bytes; from {@code offset} to the end of the region if absent
     * @param shareable whether it is tagged; it is if absent
     */
    record Share(
            @Time long at,
            Optional<String> id,
            String vma,
            String device,
            int region,
            @Size long offset,
            @Size OptionalLong length,
            Optional<Boolean> shareable)
            implements VmaOperation {}

    /** {@code p2p_map()}. */
    record P2pMap(@Time long at, Optional<String> id, String mapping, String vma, String importer) implements OfVma {}

    /** {@code p2p_unmap()}. */
    record P2pUnmap(@Time long at, Optional<String> id, String mapping) implements VmaOperation {}

    record Munmap(@Time long at, Optional<String> id, String vma) implements OfVma {}

    /** The driver zaps the VMA, which invalidates what importers have mapped of it. */
    record Zap(@Time long at, Optional<String> id, String vma) implements OfVma {}
}
