/** How long verdicts take on machines of many functions, events in the engine, and DMA. */
@NullMarked
package org.p2psim.benchmark;

import org.jspecify.annotations.NullMarked;
