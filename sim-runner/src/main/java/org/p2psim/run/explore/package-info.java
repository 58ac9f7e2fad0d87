/**
 * Other orders in which a timeline could have happened, each from a seed that replays it, and which invariants break in
 * them.
 */
@NullMarked
package org.p2psim.run.explore;

import org.jspecify.annotations.NullMarked;
