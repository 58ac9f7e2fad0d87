/**
 * Facts of the host that the kernel consults: CPU, kernel release, and the release's rules, which are data files.
 */
@NullMarked
package org.p2psim.platform;

import org.jspecify.annotations.NullMarked;
