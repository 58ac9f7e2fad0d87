package org.p2psim.report.lifetime;

import java.util.Optional;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.unit.Ticks;

/**
 * An importer that kept its mapping through the loss of what it maps, because no notification reached it.
 *
 * @param taken the device or dma-buf that went away
 * @param state its state from then on
 * @param attachment the one whose mapping stayed
 * @param before the dma-buf's own state at that time, where it was one of denial already, or a wrong one
 */
public record Untold(
        ObjectOutcome taken,
        ObjectOutcome.State state,
        ObjectOutcome attachment,
        Optional<ObjectOutcome.State> before) {
    /** In a clause: "buf/nic0 stayed mapped, and no notify reached it". */
    public String clause() {
        String clause = "%s stayed mapped, and no notify reached it when %s became \"%s\" at %s"
                .formatted(attachment.name(), taken.name(), state.name(), Ticks.format(state.start()));
        return before.map(marked -> "%s: its dma-buf was \"%s\" already, since %s%s"
                        .formatted(
                                clause,
                                marked.name(),
                                Ticks.format(marked.start()),
                                isRevokedAlready(marked) ? ", so no change was told" : ""))
                .orElse(clause);
    }

    private static boolean isRevokedAlready(ObjectOutcome.State state) {
        return state.use() == ObjectOutcome.Use.DENIED || state.use() == ObjectOutcome.Use.CONTRADICTED;
    }
}
