/** A machine in the formats of other programs: NCCL's topology file, QEMU's command line, libvirt's domain XML. */
@NullMarked
package org.p2psim.scenario.export;

import org.jspecify.annotations.NullMarked;
