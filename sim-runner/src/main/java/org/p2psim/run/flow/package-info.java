/**
 * DMA in time: links, switches, root complexes and IOMMUs as TLPs meet them, and the functions that issue and answer.
 *
 * <p>Time is counted for the head of a TLP: every switch and root complex adds its latency (cut-through, unless a switch
 * stores and forwards), every link is taken for the time that the TLP needs on it, and the tail arrives one such time
 * after the head on the last link. What is in a FLIT counts as received when the FLIT is whole. A TLP that goes from a slow link to a faster one waits until it can be sent without a
 * gap. Egress ports serve their ingress ports in turn, by weight; queues of each class stand in line behind their first
 * TLP, and classes pass each other as the ordering table allows. A sender needs credits of its receiver, which come back
 * in UpdateFCs; these and Acks take the link of the other direction. What arrives damaged is sent again. Reads end with
 * data, with an error or with the timeout of their requester; data may be poisoned.
 *
 * <p>The first failure of a read ends its DMA: what drivers do about it is not modelled. A read whose data is on its way
 * in time, and comes late because links are busy, is given up when it comes, not before.
 */
@NullMarked
package org.p2psim.run.flow;

import org.jspecify.annotations.NullMarked;
