package org.p2psim.run.replay;

import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.kernel.KernelRun;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;

/**
 * What the operations of a run work on.
 *
 * @param memory whose each byte is and what it holds, in the deciding kernel's physical addresses
 */
record RunState(
        World world,
        Engine engine,
        DmaNetwork network,
        Recorder recorder,
        InvariantWatch watch,
        KernelRun kernel,
        MachineDmaMap dmaMap,
        Exporters exporters,
        Importers importers,
        Handles handles,
        OwnedMemory memory) {}
