/** Replays recorded evidence: asks the model what kernels and drivers were asked, and compares the answers. */
@NullMarked
package org.p2psim.run.conformance;

import org.jspecify.annotations.NullMarked;
