package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Set;
import org.p2psim.address.Bdf;

/**
 * What a dump shows, function by function in the order of the dump.
 *
 * @param changed functions that it shows twice with different ACS control bits or bus numbers
 * @param strayAcs {@code ACSCtl:} lines that belong to no function, as {@code grep} leaves them
 * @param strayRedirect how many of them have a bit on that redirects
 */
record Listing(List<Sighting> sightings, Set<Bdf> changed, int strayAcs, int strayRedirect) {
    Listing {
        sightings = ImmutableList.copyOf(sightings);
        changed = ImmutableSet.copyOf(changed);
    }
}
