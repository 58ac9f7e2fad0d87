/** Expectations and invariants as JUnit XML, for continuous integration. */
@NullMarked
package org.p2psim.report.junit;

import org.jspecify.annotations.NullMarked;
