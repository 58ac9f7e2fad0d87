/** Reads the topology XML of NCCL and RCCL: {@code NCCL_TOPO_DUMP_FILE}, and what clouds ship as {@code NCCL_TOPO_FILE}. */
@NullMarked
package org.p2psim.scenario.inventory.nccl;

import org.jspecify.annotations.NullMarked;
