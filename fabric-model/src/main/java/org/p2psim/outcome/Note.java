package org.p2psim.outcome;

/**
 * Something that a reader must know to judge the outcome.
 *
 * @param source where a figure or rule comes from; empty if it is the scenario itself
 */
public record Note(Kind kind, String text, String source) {
    public enum Kind {
        /** A mistake was switched on, and the run never came to it. */
        NOT_REACHED,
        /** The scenario did not say it, so it was taken. */
        ASSUMED,
        /** The machine's dump does not show it, and nothing was taken for it. */
        NOT_KNOWN,
        /** A default or a rule with its source. */
        SOURCE,
        /** What this version does not model. */
        NOT_MODELLED,
        /** Something to be careful with. */
        CAUTION
    }
}
