/** What is written down while a run goes on, and what is checked: events, tables, invariants, expectations. */
@NullMarked
package org.p2psim.run.watch;

import org.jspecify.annotations.NullMarked;
