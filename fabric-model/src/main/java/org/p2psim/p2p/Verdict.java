package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;

/**
 * What {@code pci_p2pdma_distance_many()} finds for one provider and one client, with its reasons.
 *
 * @param hops steps from the two up to their common bridge, or functions up to the two root buses; also when the answer
 *     is no
 * @param distance the kernel's return value: the hops (5.2 and 5.3 add 0x1000 for host bridges), or -1 if the pair is
 *     not supported; empty if it depends on what was not captured
 * @param redirecting the functions with ACS redirect on the way, provider's side first: all of them, though the
 *     kernel's message may cut the list
 * @param steps what was looked at, in the kernel's order
 * @param messages what a verbose call prints, in order; none if the verdict depends on what was not captured
 * @param branches the verdict for each way that the unknown may turn out; none if nothing is open
 */
public record Verdict(
        Bdf provider,
        Bdf client,
        MapType mapType,
        int hops,
        OptionalInt distance,
        List<Bdf> redirecting,
        List<Step> steps,
        List<KernelMessage> messages,
        List<Branch> branches) {
    public Verdict {
        redirecting = ImmutableList.copyOf(redirecting);
        steps = ImmutableList.copyOf(steps);
        messages = ImmutableList.copyOf(messages);
        branches = ImmutableList.copyOf(branches);
    }

    /**
     * One way that the unknown may turn out.
     *
     * @param conditions what must then be so, all of it
     */
    public record Branch(List<String> conditions, MapType mapType, OptionalInt distance) {
        public Branch {
            conditions = ImmutableList.copyOf(conditions);
        }

        @Override
        public String toString() {
            String answer = mapType + (distance.isPresent() ? " (%d)".formatted(distance.getAsInt()) : "");
            return answer + " if " + String.join(" and ", conditions);
        }
    }

    public boolean supported() {
        return mapType == MapType.BUS_ADDR || mapType == MapType.THRU_HOST_BRIDGE;
    }

    /** The map type with its distance, if it has one. */
    public String answer() {
        return distance.isPresent() && distance.getAsInt() >= 0
                ? "%s, distance %d".formatted(mapType, distance.getAsInt())
                : mapType.name();
    }

    /** The last step, which decided. */
    public String reason() {
        return steps.get(steps.size() - 1).sentence();
    }
}
