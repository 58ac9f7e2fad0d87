/**
 * A machine as a dump shows it, before it is a fabric: what the dump says, and a list of what it does not. One package
 * below this one for each format; they know only this package.
 */
@NullMarked
package org.p2psim.scenario.inventory;

import org.jspecify.annotations.NullMarked;
