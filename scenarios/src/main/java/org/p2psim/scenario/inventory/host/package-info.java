/** What the kernel's decision needs besides the fabric: CPU, kernel release and command line, as they are printed. */
@NullMarked
package org.p2psim.scenario.inventory.host;

import org.jspecify.annotations.NullMarked;
