package org.p2psim.scenario;

import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;

/** Areas of I/O address spaces that are dma-bufs. */
public sealed interface IommufdOperation extends Operation {
    /** Name of the area. */
    String area();

    /**
     * A dma-buf is mapped into an I/O address space ({@code IOMMU_IOAS_MAP_FILE}).
     *
     * @param device the function whose I/O address space it is
     * @param length bytes; from {@code offset} to the end if absent
     */
    record IommufdMap(
            @Time long at,
            Optional<String> id,
            String area,
            String device,
            String dmaBuf,
            @Size long offset,
            @Size OptionalLong length)
            implements IommufdOperation {}

    /** {@code IOMMU_IOAS_UNMAP}. */
    record IommufdUnmap(@Time long at, Optional<String> id, String area) implements IommufdOperation {}

    /** Part of the area is to become another. */
    record IommufdSplit(@Time long at, Optional<String> id, String area) implements IommufdOperation {}

    /** The CPU reads or writes through the area. */
    record IommufdAccess(@Time long at, Optional<String> id, String area) implements IommufdOperation {}

    /** Another domain is attached to the I/O address space. */
    record IommufdMapDomain(@Time long at, Optional<String> id, String area) implements IommufdOperation {}
}
