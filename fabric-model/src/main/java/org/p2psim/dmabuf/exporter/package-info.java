/** Drivers that export device memory as dma-bufs, each with its own checks and table builder. */
@NullMarked
package org.p2psim.dmabuf.exporter;

import org.jspecify.annotations.NullMarked;
