/**
 * The one decoder of configuration space, for every format that holds its bytes; the door is {@link
 * org.p2psim.scenario.inventory.config.ConfigReading}. What a format does not show, its reader says.
 */
@NullMarked
package org.p2psim.scenario.inventory.config;

import org.jspecify.annotations.NullMarked;
