/** The deciding kernel in simulated time: its threads, what they wait for, and what each line of a timeline brings about. */
@NullMarked
package org.p2psim.run.kernel;

import org.jspecify.annotations.NullMarked;
