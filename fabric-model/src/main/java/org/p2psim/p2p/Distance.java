package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What {@code pci_p2pdma_distance_many()} answers for several clients.
 *
 * @param sum the sum of the distances, -1 if one client is not supported or there is none; empty if it depends on what
 *     was not captured
 * @param mapType the worst of the pairs' (our combination: the kernel has one map type for each pair)
 * @param pairs the verdict for each client, also for those that the kernel no longer looks at; empty for a client that
 *     is not a PCI device
 * @param messages what a verbose call prints, in order
 */
public record Distance(OptionalInt sum, MapType mapType, List<Optional<Verdict>> pairs, List<KernelMessage> messages) {
    public Distance {
        pairs = ImmutableList.copyOf(pairs);
        messages = ImmutableList.copyOf(messages);
    }
}
