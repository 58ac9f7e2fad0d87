/**
 * One HTML file from outcomes: opens from a mail attachment, loads nothing, works without script.
 */
@NullMarked
package org.p2psim.report.html;

import org.jspecify.annotations.NullMarked;
