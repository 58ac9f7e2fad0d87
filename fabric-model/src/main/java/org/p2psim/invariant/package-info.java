/**
 * What must hold of a run, whatever its timeline does: a catalogue with numbers, and pure functions that look at objects of
 * the model and answer what is violated. Those that need {@link org.p2psim.invariant.Invariant.Needs#STATE} alone may be
 * asked after every event while no task is waiting inside of the object; {@code TIME} are asked at the moment that they
 * name (memory is re-used, a work request is refused, a run has ended); {@code NETWORK} once for each DMA that lands, with
 * the owners of the memory as they were when its address was mapped.
 */
@NullMarked
package org.p2psim.invariant;

import org.jspecify.annotations.NullMarked;
