package org.p2psim.run.conformance;

import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Fabric;

/** A captured machine as the decision sees it. */
record Machine(Fabric fabric, Cpu cpu, KernelRelease kernel) {}
