package org.p2psim.routing;

/** What the address in a memory request means. All but the last travel as untranslated requests (AT field 00b). */
public enum AddressKind {
    /** The address that the target's BAR decodes: a bus address, or the physical one where the two are equal. */
    BUS_ADDRESS,
    /**
     * An address that the IOMMU in front of the initiator translates: an I/O virtual address, or a guest physical one
     * of a VM whose device this is, whatever the host uses for its own devices.
     */
    IOVA,
    /**
     * A bus address that the initiator has got from the IOMMU by ATS (Address Translation Services): it says so in the
     * request (AT field 10b), and no IOMMU translates it again.
     */
    TRANSLATED
}
