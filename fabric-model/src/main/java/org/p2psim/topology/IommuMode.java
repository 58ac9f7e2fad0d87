package org.p2psim.topology;

/** How the IOMMU in front of a root bus treats device addresses. */
public enum IommuMode {
    /** No IOMMU, or it is off: a device address is a physical address. */
    OFF,
    /** {@code iommu=pt}: present, devices use physical addresses; ACS is requested at boot all the same. */
    IDENTITY,
    /** Devices use I/O virtual addresses. */
    TRANSLATING;

    /** Whether the kernel turns on ACS at boot because an IOMMU was found (drivers/pci/pci.c, pci_request_acs()). */
    public boolean requestsAcs() {
        return this != OFF;
    }
}
