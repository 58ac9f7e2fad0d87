package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.p2p.Distance;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Cpu;

/**
 * Why the kernel answers what it answers for one provider and its clients.
 *
 * @param kernel release of the kernel that decides: the guest's in a VM
 * @param provider its name
 * @param clients their names, in the order of {@code distance.pairs()}
 * @param groups the IOMMU groups of provider and clients; none without an IOMMU
 * @param changed what the kernel does after ACS was changed, if that was asked
 * @param notes what a reader must know of the machine and its command line
 */
public record Explanation(
        String scenario,
        String variant,
        String kernel,
        Cpu cpu,
        String provider,
        List<String> clients,
        Distance distance,
        List<GroupOutcome> groups,
        Optional<Changed> changed,
        List<Note> notes) {
    public Explanation {
        clients = ImmutableList.copyOf(clients);
        groups = ImmutableList.copyOf(groups);
        notes = ImmutableList.copyOf(notes);
    }

    /**
     * An IOMMU group as the kernel formed it at boot.
     *
     * @param group its number, if it follows from the fabric
     * @param members addresses
     * @param perhaps addresses of those that are in it or not, depending on ACS words that were not captured
     */
    public record GroupOutcome(String function, Optional<Integer> group, List<String> members, List<String> perhaps) {
        public GroupOutcome {
            members = ImmutableList.copyOf(members);
            perhaps = ImmutableList.copyOf(perhaps);
        }
    }

    /**
     * After ACS was changed on the running machine: the map types that the kernel stored still hold.
     *
     * @param what the change, in words
     * @param mapped the map type that a mapping still uses, for each client; empty for one that is not a PCI device
     * @param askedAgain the verdict when the distance is asked for again
     */
    public record Changed(String what, List<Optional<MapType>> mapped, List<Optional<Verdict>> askedAgain) {
        public Changed {
            mapped = ImmutableList.copyOf(mapped);
            askedAgain = ImmutableList.copyOf(askedAgain);
        }
    }
}
