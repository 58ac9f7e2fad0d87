package org.p2psim.run.textbook;

import org.jspecify.annotations.Nullable;

/** Something that has TLPs for links. */
interface Source {
    /** The TLP that is next, if it may go out on this link now; null if none may. */
    @Nullable
    Tlp head(Transmitter egress);

    /** The transmission of the head begins. Returns it. */
    Tlp begin();

    /** The tail of a TLP has left. */
    default void end(Tlp tlp) {}
}
