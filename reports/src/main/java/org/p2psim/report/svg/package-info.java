/**
 * Pictures as SVG: same input, same bytes. Colours are classes that the page styles; every picture has a title and a
 * description, and nothing is said by colour alone.
 */
@NullMarked
package org.p2psim.report.svg;

import org.jspecify.annotations.NullMarked;
