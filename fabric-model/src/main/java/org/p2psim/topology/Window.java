package org.p2psim.topology;

import org.p2psim.address.AddressRange;

/**
 * A range of memory addresses that a bridge forwards downwards. A non-prefetchable window lies below 4 GiB; a
 * prefetchable one may lie anywhere (PCI-to-PCI bridge specification 1.2, 3.2.5).
 */
public record Window(AddressRange range, boolean prefetchable) {}
