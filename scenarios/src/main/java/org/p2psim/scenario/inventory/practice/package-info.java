/** Whether a machine that a dump shows is set up as {@code rdma_topo check} wants it, whatever the dump's format. */
@NullMarked
package org.p2psim.scenario.inventory.practice;

import org.jspecify.annotations.NullMarked;
