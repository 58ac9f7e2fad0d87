/** What is written down while a run goes on, and what is checked: events, waits, tables, transfers, invariants. */
@NullMarked
package org.p2psim.run.watch;

import org.jspecify.annotations.NullMarked;
