package org.p2psim.p2p;

/** {@code enum pci_p2pdma_map_type} of the kernel: how a peer's memory may be mapped. */
public enum MapType {
    /** No route that the kernel trusts. */
    NOT_SUPPORTED,
    /** Straight through switches: PCI bus addresses, no IOMMU. */
    BUS_ADDR,
    /** Through the root complex: mapped like ordinary memory, as a physical address or an IOVA. */
    THRU_HOST_BRIDGE,
    /** Not the kernel's: the dump of the machine does not show what decides, so there are two answers or more. */
    DEPENDS_ON
}
