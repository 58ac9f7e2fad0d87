package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.Bdf;

/**
 * What {@code pci_p2pdma_distance_many()} finds for one provider and one client, with its reasons.
 *
 * @param hops steps from the two up to their common bridge, or functions up to the two root buses; also when the answer
 *     is no
 * @param redirecting the functions with ACS redirect on the way, provider's side first: all of them, though the
 *     kernel's message may cut the list
 * @param steps what was looked at, in the kernel's order
 * @param messages what a verbose call prints, in order
 */
public record Verdict(
        Bdf provider,
        Bdf client,
        MapType mapType,
        int hops,
        List<Bdf> redirecting,
        List<Step> steps,
        List<KernelMessage> messages) {
    public Verdict {
        redirecting = ImmutableList.copyOf(redirecting);
        steps = ImmutableList.copyOf(steps);
        messages = ImmutableList.copyOf(messages);
    }

    /** The kernel's return value: the hops, or -1 if the pair is not supported. */
    public int distance() {
        return mapType == MapType.NOT_SUPPORTED ? -1 : hops;
    }

    /** The last step, which decided. */
    public String reason() {
        return steps.get(steps.size() - 1).sentence();
    }
}
