/**
 * The outcome for a terminal or a log: plain text, no colours, one column per character.
 */
@NullMarked
package org.p2psim.report.text;

import org.jspecify.annotations.NullMarked;
