/** Reads a copied sysfs tree: a folder, or a tarball as {@code hwloc-gather-topology} and {@code tar} make them. */
@NullMarked
package org.p2psim.scenario.inventory.sysfs;

import org.jspecify.annotations.NullMarked;
