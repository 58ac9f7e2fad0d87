package org.p2psim.run.flow;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the TLPs of a DMA go.
 *
 * @param request from the initiator to the target
 * @param completion of reads: from the target to the initiator
 * @param error of reads that may be blocked: from the IOMMU to the initiator
 * @param completer of reads: what answers at the target
 * @param errorCompleter of reads that may be blocked: what answers at the IOMMU
 * @param refusal of reads: from where they come to a root complex that refuses them until its answer is there, ticks
 * @param mayEndAnyTime of reads: whether the target refuses, or answers so late that it may be given up
 */
record Way(
        Path request,
        @Nullable Path completion,
        @Nullable Path error,
        @Nullable Completer completer,
        @Nullable Completer errorCompleter,
        long refusal,
        boolean mayEndAnyTime) {
    static Way ofWrites(Path request) {
        return new Way(request, null, null, null, null, 0, false);
    }

    /** Where what a completer sends goes. */
    Path answers(Completer from) {
        return Objects.requireNonNull(from == errorCompleter ? error : completion);
    }

    /** All that its TLPs, their answers and the DLLPs about them pass. */
    Set<Channel> channels() {
        Set<Channel> passed = new LinkedHashSet<>();
        request.addChannels(passed);
        if (completion != null) {
            completion.addChannels(passed);
        }
        return passed;
    }

    /** Ticks that a byte of data takes at least. */
    double ticksPerByte() {
        return (completion == null ? request : completion).ticksPerByte();
    }
}
