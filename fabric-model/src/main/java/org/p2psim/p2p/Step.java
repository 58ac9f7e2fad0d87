package org.p2psim.p2p;

import java.util.Optional;
import org.p2psim.address.Bdf;

/**
 * One thing that the kernel looked at on the way to its verdict.
 *
 * @param at the function it looked at, if it was one
 * @param sentence what it found, in an operator's words
 */
public record Step(Kind kind, Optional<Bdf> at, String sentence) {
    /** What was looked at, and how it came out. */
    public enum Kind {
        COMMON_BRIDGE,
        NO_COMMON_BRIDGE,
        ACS_REDIRECT,
        NO_ACS_REDIRECT,
        ACS_NOT_KNOWN,
        TRANSLATION_BLOCKED,
        /** The release refuses whatever passes the root complex. */
        ROOT_COMPLEX_REFUSED,
        CPU_ALLOWED,
        CPU_NOT_ALLOWED,
        CPU_NOT_KNOWN,
        HOST_BRIDGE_LISTED,
        HOST_BRIDGE_NOT_LISTED,
        HOST_BRIDGE_UNKNOWN,
        HOST_BRIDGES_DIFFER
    }
}
