/**
 * Pictures of a run in SVG: deterministic, readable without script, and coloured by the CSS variables of the page that
 * they stand in.
 */
@NullMarked
package org.p2psim.report.svg;

import org.jspecify.annotations.NullMarked;
