/** From what a scenario says to a machine that is complete: bus numbers, addresses, links, ACS, defaults, and references that hold. */
@NullMarked
package org.p2psim.scenario.assembly;

import org.jspecify.annotations.NullMarked;
