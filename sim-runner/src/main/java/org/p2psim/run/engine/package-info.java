/**
 * Simulated time: the event loop, on DSOL. No other package knows DSOL.
 */
@NullMarked
package org.p2psim.run.engine;

import org.jspecify.annotations.NullMarked;
