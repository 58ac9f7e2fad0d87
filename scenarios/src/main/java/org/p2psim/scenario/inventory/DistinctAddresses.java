package org.p2psim.scenario.inventory;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;

/**
 * Addresses for a file that gives one address to several functions, as files that were put together by hand or from two
 * machines do: the first keeps it, the others get free ones on the same bus.
 */
public final class DistinctAddresses {
    private static final int DEVICES = 32;
    private static final int FUNCTIONS = 8;

    private final Set<Bdf> taken = new HashSet<>();

    /** Keeps an address of the file from being given away; all are to be known before the first is asked for. */
    public void reserve(Bdf address) {
        taken.add(address);
    }

    /**
     * The next free device on the bus, or where there is none the next free function, which becomes a note. Never device
     * 0, which stands for the host bridge on a root bus.
     *
     * @param element the function's, whose address another function has
     * @throws InventoryException if the bus is full
     */
    public Bdf insteadOf(Bdf address, XmlElement element, GroupedNotes notes) throws InventoryException {
        Bdf free = free(address)
                .orElseThrow(() -> element.problem(
                        "another function has the address %s, and its bus has no free one".formatted(address)));
        taken.add(free);
        notes.add(
                Note.Kind.CAUTION,
                "other functions of the file have these addresses; both were kept, these under another address",
                "",
                "line %d: %s taken as %s".formatted(element.line(), address, free));
        return free;
    }

    private Optional<Bdf> free(Bdf address) {
        for (int function = 0; function < FUNCTIONS; function++) {
            for (int step = 1; step <= DEVICES; step++) {
                int device = (address.device() + step) % DEVICES;
                Bdf candidate = new Bdf(address.domain(), address.bus(), device, function);
                if (device != 0 && !taken.contains(candidate)) {
                    return Optional.of(candidate);
                }
            }
        }
        return Optional.empty();
    }
}
