/**
 * The outcome as a trace of events, for viewers such as Perfetto.
 */
@NullMarked
package org.p2psim.report.trace;

import org.jspecify.annotations.NullMarked;
