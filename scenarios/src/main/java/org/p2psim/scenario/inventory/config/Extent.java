package org.p2psim.scenario.inventory.config;

/** How much a source shows of a function's capability lists. */
public enum Extent {
    /** Nothing, or not all of it: without root, without {@code -v}, or cut off. */
    HIDDEN,
    /** The function has no list: a conventional one. */
    NO_LIST,
    /** The list in the first 256 bytes, and nothing beyond them, or nothing that answers. */
    CONVENTIONAL,
    /** Both lists. */
    EXTENDED
}
