/** Importers besides RDMA NICs, and what else is done with dma-bufs, in runs of scenarios. */
@NullMarked
package org.p2psim.run.importers;

import org.jspecify.annotations.NullMarked;
