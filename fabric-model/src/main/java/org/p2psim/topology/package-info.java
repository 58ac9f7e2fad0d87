/**
 * What a machine is: host bridges, ports, switches, functions with BARs and ACS, links. Immutable and checked when built.
 */
@NullMarked
package org.p2psim.topology;

import org.jspecify.annotations.NullMarked;
