/** RDMA NICs: what goes over their ports, packet by packet, from memory to memory. */
@NullMarked
package org.p2psim.run.nic;

import org.jspecify.annotations.NullMarked;
