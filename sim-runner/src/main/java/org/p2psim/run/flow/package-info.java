/**
 * DMA in time: links, switches, root complexes and IOMMUs as TLPs meet them, and the functions that issue and answer.
 *
 * <p>Time is counted for the head of a TLP: every switch and root complex adds its latency (cut-through), every link
 * is taken for the time that the TLP needs on it, first come first served, and the tail arrives one such time after
 * the head on the last link. A TLP that goes from a slow link to a faster one waits until it can be sent without a
 * gap. Data link layer packets, ordering between TLP classes and full flow control are not modelled; posted writes
 * are held back by a fixed number of bytes in flight.
 */
@NullMarked
package org.p2psim.run.flow;

import org.jspecify.annotations.NullMarked;
