/** What a scenario expects, held against what the run produced, each at its time. */
@NullMarked
package org.p2psim.run.expect;

import org.jspecify.annotations.NullMarked;
