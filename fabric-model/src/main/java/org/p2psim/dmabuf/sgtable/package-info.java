/** Builders of scatter/gather tables over device memory, each as the drivers of some kernel releases have it. */
@NullMarked
package org.p2psim.dmabuf.sgtable;

import org.jspecify.annotations.NullMarked;
