/** IOMMU groups, and I/O virtual addresses: which range of them stands for which physical range. */
@NullMarked
package org.p2psim.iommu;

import org.jspecify.annotations.NullMarked;
