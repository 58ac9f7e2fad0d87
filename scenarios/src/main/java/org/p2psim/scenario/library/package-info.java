/** The scenarios that ship with p2psim. */
@NullMarked
package org.p2psim.scenario.library;

import org.jspecify.annotations.NullMarked;
