/** The model's answers against recorded ones, case by case. */
@NullMarked
package org.p2psim.run.conformance;

import org.jspecify.annotations.NullMarked;
