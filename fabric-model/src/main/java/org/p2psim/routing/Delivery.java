package org.p2psim.routing;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;

/**
 * What becomes of a memory request to a peer or to host memory.
 *
 * @param route what it passes; if it does not arrive, up to the IOMMU that blocks it
 * @param caveat what is not known about the way, in a sentence: whether a root complex forwards at all
 * @param steps what happened on the way, in order
 */
public record Delivery(Disposition disposition, Route route, Optional<String> caveat, List<Step> steps) {
    public Delivery {
        steps = ImmutableList.copyOf(steps);
    }

    /** Where a memory request ends. */
    public enum Disposition {
        /** At the target, without passing a root complex. */
        DIRECT,
        /** At the target, through the root complex. */
        VIA_ROOT_COMPLEX,
        /** In host memory. */
        HOST_MEMORY,
        /** A posted write that the IOMMU blocks: lost, and no completion tells the initiator. */
        DROPPED,
        /** A read that the IOMMU blocks: completed with Unsupported Request or Completer Abort. */
        REFUSED;

        public boolean arrives() {
            return switch (this) {
                case DIRECT, VIA_ROOT_COMPLEX, HOST_MEMORY -> true;
                case DROPPED, REFUSED -> false;
            };
        }
    }

    /**
     * One thing that decided about the way.
     *
     * @param at the port that decided, if it was one
     */
    public record Step(Kind kind, Optional<Bdf> at, String sentence) {
        /** What happened to the request. */
        public enum Kind {
            TURNED_AT_PORT,
            TURNED_IN_SWITCH,
            REDIRECTED_UPSTREAM,
            TRANSLATED_REQUEST_BLOCKED,
            NO_WINDOW_FOR_IOVA,
            TRANSLATED,
            BLOCKED,
            FORWARDED_BY_ROOT_COMPLEX,
            AT_HOST_MEMORY
        }
    }

    /** The last step, which decided. */
    public String reason() {
        return steps.isEmpty()
                ? "initiator and target share a bus"
                : steps.get(steps.size() - 1).sentence();
    }
}
