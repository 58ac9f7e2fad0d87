/**
 * Quantities: time in ticks of 1/16 ps, sizes in bytes. Each is read and written one way only.
 */
@NullMarked
package org.p2psim.unit;

import org.jspecify.annotations.NullMarked;
