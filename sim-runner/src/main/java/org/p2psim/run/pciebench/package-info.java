/** The transfers of pcie-bench (Neugebauer et al., SIGCOMM 2018) on simulated hosts: one device, one link, host memory. */
@NullMarked
package org.p2psim.run.pciebench;

import org.jspecify.annotations.NullMarked;
