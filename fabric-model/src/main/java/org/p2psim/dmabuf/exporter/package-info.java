/** Drivers that export device memory as dma-bufs, each with its own checks. */
@NullMarked
package org.p2psim.dmabuf.exporter;

import org.jspecify.annotations.NullMarked;
