/** How long verdicts take on machines of many functions, and events in the engine. */
@NullMarked
package org.p2psim.benchmark;

import org.jspecify.annotations.NullMarked;
