/** Real machines in: finds the reader for a dump that a user names as {@code FORMAT:PATH}, and makes plans of it. */
@NullMarked
package org.p2psim.scenario.dump;

import org.jspecify.annotations.NullMarked;
