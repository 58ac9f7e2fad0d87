/** Measured values of parts that one can buy, for scenarios to name instead of stating them. */
@NullMarked
package org.p2psim.scenario.profile;

import org.jspecify.annotations.NullMarked;
