package org.p2psim.run.conformance;

import java.nio.file.Path;
import java.util.List;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.dump.Dump;
import org.p2psim.scenario.dump.DumpFormat;
import org.p2psim.scenario.evidence.EvidenceException;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.topology.Fabric;

/** A captured machine as the decision sees it. */
record Machine(Fabric fabric, Cpu cpu, KernelRules rules) {
    /**
     * The machine that the {@code lspci*.txt} in a folder show, with {@code cpuinfo.txt} and {@code uname.txt} beside
     * them. The control words of ACS are those in force, so no command line is needed.
     *
     * @throws EvidenceException if one of them is missing or cannot be read
     */
    static Machine read(Path folder) throws EvidenceException {
        Dump dump = new Dump("lspci:" + folder, DumpFormat.LSPCI, folder);
        try {
            HostFacts host = dump.inventory().host();
            Cpu cpu = host.cpu().orElseThrow(() -> missing(folder, "CPU", "cpuinfo.txt"));
            KernelRelease kernel = host.kernel().orElseThrow(() -> missing(folder, "kernel release", "uname.txt"));
            Plan plan = dump.read(List.of()).plans().get(0);
            return new Machine(plan.fabric(), cpu, rules(folder, kernel));
        } catch (InventoryException e) {
            throw new EvidenceException(String.valueOf(e.getMessage()));
        }
    }

    private static KernelRules rules(Path folder, KernelRelease kernel) throws EvidenceException {
        try {
            return KernelRules.of(kernel);
        } catch (IllegalArgumentException e) {
            throw new EvidenceException("%s: %s".formatted(folder, e.getMessage()));
        }
    }

    private static EvidenceException missing(Path folder, String what, String file) {
        return new EvidenceException(
                "%s: the %s that answered is not known: there is no %s".formatted(folder, what, file));
    }
}
