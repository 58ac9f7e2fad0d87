/**
 * The p2p matrix as people read it: a grid by name, and the pairs that share their reasons.
 */
@NullMarked
package org.p2psim.report.matrix;

import org.jspecify.annotations.NullMarked;
