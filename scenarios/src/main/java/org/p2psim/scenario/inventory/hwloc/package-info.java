/** Reads the XML of hwloc, versions 1 to 3, as {@code lstopo --of xml} writes it. */
@NullMarked
package org.p2psim.scenario.inventory.hwloc;

import org.jspecify.annotations.NullMarked;
