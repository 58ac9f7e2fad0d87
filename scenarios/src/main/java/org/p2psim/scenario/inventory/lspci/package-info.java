/**
 * What {@code lspci} prints, in all of its verbosities and as a hexadecimal dump of configuration space; one public
 * door, {@link org.p2psim.scenario.inventory.lspci.LspciReader}.
 */
@NullMarked
package org.p2psim.scenario.inventory.lspci;

import org.jspecify.annotations.NullMarked;
