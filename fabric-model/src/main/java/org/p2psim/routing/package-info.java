/**
 * Where the TLPs of a peer-to-peer DMA go (L3): one rule, for the static answer and for the timed run.
 */
@NullMarked
package org.p2psim.routing;

import org.jspecify.annotations.NullMarked;
