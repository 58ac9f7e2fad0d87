/**
 * Addresses: of PCI functions, of devices in the PCI ID space, and ranges of memory.
 */
@NullMarked
package org.p2psim.address;

import org.jspecify.annotations.NullMarked;
