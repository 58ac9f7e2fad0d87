/** Outcomes for a terminal: plain text, no colours, at most 120 columns for up to eight endpoints. */
@NullMarked
package org.p2psim.report.text;

import org.jspecify.annotations.NullMarked;
