/** What must hold in every state of a run, whatever the timeline does. */
@NullMarked
package org.p2psim.invariant;

import org.jspecify.annotations.NullMarked;
