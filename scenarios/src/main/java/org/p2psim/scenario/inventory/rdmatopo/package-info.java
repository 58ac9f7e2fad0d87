/** Dumps by {@code rdma_topo dump} (rdma-core, kernel-boot/rdma_topo). */
@NullMarked
package org.p2psim.scenario.inventory.rdmatopo;

import org.jspecify.annotations.NullMarked;
