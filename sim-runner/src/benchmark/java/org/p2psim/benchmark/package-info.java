/** How long verdicts take on machines of many functions. */
@NullMarked
package org.p2psim.benchmark;

import org.jspecify.annotations.NullMarked;
