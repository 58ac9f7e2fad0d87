/** How the quantities of a scenario file are read: as text with a unit, into whole numbers of ticks, bytes or bytes a second. */
@NullMarked
package org.p2psim.scenario.quantity;

import org.jspecify.annotations.NullMarked;
