/**
 * What a run produced: the only thing that reports see.
 */
@NullMarked
package org.p2psim.outcome;

import org.jspecify.annotations.NullMarked;
