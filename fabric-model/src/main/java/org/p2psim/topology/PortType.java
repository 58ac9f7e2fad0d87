package org.p2psim.topology;

/** What a function is, from the Device/Port Type field of its PCI Express capability (base specification 7.5.3.2). */
public enum PortType {
    /** A function without a PCI Express capability that stands for a host bridge, usually at 00.0. */
    HOST_BRIDGE,
    ROOT_PORT,
    UPSTREAM_PORT,
    DOWNSTREAM_PORT,
    /** Also stands for conventional PCI-to-PCI bridges. */
    PCIE_TO_PCI_BRIDGE,
    ENDPOINT,
    /** Also stands for conventional PCI functions. */
    LEGACY_ENDPOINT,
    /** Root complex integrated endpoint: on the root bus, without a link. */
    RC_INTEGRATED_ENDPOINT;

    /** True for functions with a type 1 header: they own a secondary bus. */
    public boolean isBridge() {
        return switch (this) {
            case ROOT_PORT, UPSTREAM_PORT, DOWNSTREAM_PORT, PCIE_TO_PCI_BRIDGE -> true;
            case HOST_BRIDGE, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> false;
        };
    }

    /** True for functions that issue and answer memory requests of their own. */
    public boolean isEndpoint() {
        return switch (this) {
            case ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT -> true;
            case HOST_BRIDGE, ROOT_PORT, UPSTREAM_PORT, DOWNSTREAM_PORT, PCIE_TO_PCI_BRIDGE -> false;
        };
    }

    /** True for ports with a link below them: the owner of that link in this model. */
    public boolean hasLinkBelow() {
        return this == ROOT_PORT || this == DOWNSTREAM_PORT;
    }
}
