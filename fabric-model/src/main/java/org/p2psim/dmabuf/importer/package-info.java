/**
 * Drivers that import dma-bufs: how they attach, what they check, which objects they make, and what they do when they are
 * notified: RDMA in four flavours and in software, NVMe, iommufd.
 */
@NullMarked
package org.p2psim.dmabuf.importer;

import org.jspecify.annotations.NullMarked;
