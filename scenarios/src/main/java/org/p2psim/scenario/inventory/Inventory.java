package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.Note;

/**
 * What a dump says about a machine.
 *
 * @param format the dump's: {@code lspci}, {@code sysfs}, {@code rdma_topo}, {@code hwloc} or {@code nccl}
 * @param functions in the order of the dump; an address occurs once
 * @param complete whether the dump lists every function of a root bus that it mentions; if not, the host bridge's own
 *     id is not known
 * @param host CPU, kernel and command line, if the dump or a file beside it says them
 * @param notes what was assumed, and what this dump cannot say
 */
public record Inventory(
        String format, List<FoundFunction> functions, boolean complete, HostFacts host, List<Note> notes) {
    public Inventory {
        functions = ImmutableList.copyOf(functions);
        notes = ImmutableList.copyOf(notes);
    }

    /** The same, with another source's facts of the host where this one has none. */
    public Inventory withHost(HostFacts other) {
        return new Inventory(format, functions, complete, host.or(other), notes);
    }
}
