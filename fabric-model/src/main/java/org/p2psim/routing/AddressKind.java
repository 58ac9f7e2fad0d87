package org.p2psim.routing;

/** What the address in a memory request means. Both travel as untranslated requests (AT field 00b). */
public enum AddressKind {
    /** The address that the target's BAR decodes: a bus address, or the physical one where the two are equal. */
    BUS_ADDRESS,
    /**
     * An I/O virtual address of the initiator's IOMMU. Where the IOMMU is off or maps one to one there are no such
     * addresses, and it counts as {@link #BUS_ADDRESS}.
     */
    IOVA
}
