/** What the parts of a machine cost in time, beside the fabric: ports, root complexes, memory, devices. */
@NullMarked
package org.p2psim.timing;

import org.jspecify.annotations.NullMarked;
