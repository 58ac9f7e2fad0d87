/** Answers of kernels and drivers that were recorded elsewhere, one case a line, to check the model against. */
@NullMarked
package org.p2psim.scenario.evidence;

import org.jspecify.annotations.NullMarked;
