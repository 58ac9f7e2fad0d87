/** One run of one variant: a plan goes in, an outcome comes out. {@link org.p2psim.run.Simulation} is the door. */
@NullMarked
package org.p2psim.run;

import org.jspecify.annotations.NullMarked;
