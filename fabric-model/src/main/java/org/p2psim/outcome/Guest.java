package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.Bdf;

/**
 * A virtual machine: what its kernel sees, and which function of the host each of its functions is.
 *
 * @param type machine type of the VMM, such as {@code q35}
 */
public record Guest(String type, Machine machine, List<PassedThrough> functions) {
    public Guest {
        functions = ImmutableList.copyOf(functions);
    }

    /** One function, by its two addresses. */
    public record PassedThrough(String name, Bdf guest, Bdf host) {}
}
