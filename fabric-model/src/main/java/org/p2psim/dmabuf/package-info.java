/**
 * The dma-buf core: exported buffers, attachments, scatter/gather tables, reservations with their fences, locks. State
 * machines without time; exporters, importers and ownership build on it, and it knows none of them.
 *
 * <h2>How a model without time is run</h2>
 *
 * <p>An operation answers a {@link org.p2psim.dmabuf.Reply}: a value, an errno with its reason, or a {@link
 * org.p2psim.dmabuf.Wait} with what is to be done after it. Nobody calls that continuation by hand: operations of users and
 * devices are started as tasks of a {@link org.p2psim.dmabuf.Kernel}, {@code kernel.start("FLR of n0", device::reset,
 * reply -> ...)}, which run until they end or wait, and keep their locks while they wait. Whoever has the time makes waits
 * come true, and calls {@link org.p2psim.dmabuf.Kernel#poll} after each event:
 *
 * <ul>
 *   <li>{@code FENCES}: a copy takes as long as its bytes need, then {@link org.p2psim.dmabuf.Fence#signal};
 *   <li>{@code DMA}: {@link org.p2psim.dmabuf.InFlight#issued} and {@code over} for each DMA of a region; the network's
 *       latency does the rest;
 *   <li>{@code RESET}, {@code SCRUB}: a duration of the device, then its {@code resetDone} or {@code scrubbed};
 *   <li>{@code UNMAP}, {@code LOCK}, {@code REFERENCES}: come true by what other tasks do;
 *   <li>page faults of a NIC: when {@code QueuePair.access()} answers {@code Faults}, start {@code region::fault} after the
 *       latency of a fault, and try again, or call {@code faultNotResolved} if it is refused; a remote requester comes back
 *       after its RNR timer, as long as {@code receiverNotReady} says so.
 * </ul>
 *
 * <p>Effects are in the {@link org.p2psim.dmabuf.Journal}, in order, each with the task that caused it: {@code
 * journal().since(mark)} after every event is what a report shows. Tasks that still wait when nothing can happen any more
 * are {@link org.p2psim.dmabuf.Kernel#waiting}, each with who blocks it.
 *
 * <p>What a kernel does wrong is a set of {@link org.p2psim.dmabuf.Bug}s that it is made with; a profile knows those of its
 * version ({@code profile.bugs()}), and a run may take some away or add others. Without any, a profile follows the rules of
 * its version without its mistakes.
 */
@NullMarked
package org.p2psim.dmabuf;

import org.jspecify.annotations.NullMarked;
