package org.p2psim.cli;

import org.p2psim.run.Simulation;
import org.p2psim.run.flow.Fidelity;
import picocli.CommandLine.Option;

/** How much of what happens in a run is an event. */
final class FidelityOption {
    @Option(
            names = "--fidelity",
            paramLabel = "L0|L1|L2",
            description = "What is an event: everything (L0), decisions (L1), or decisions of which those that repeat"
                    + " exactly are skipped (L2, the default). The outcome is the same.")
    private Fidelity fidelity = Fidelity.L2;

    Simulation simulation() {
        return new Simulation(Main.Version.text(), fidelity);
    }
}
