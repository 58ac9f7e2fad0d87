/** Drivers that import dma-bufs: how they attach, what they check, which objects they make. */
@NullMarked
package org.p2psim.dmabuf.importer;

import org.jspecify.annotations.NullMarked;
