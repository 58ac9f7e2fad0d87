/**
 * The dma-buf core: exported buffers, attachments, scatter/gather tables. State machines without time: an operation
 * answers with what it did or with an errno. Exporters and importers build on it; it knows none of them.
 */
@NullMarked
package org.p2psim.dmabuf;

import org.jspecify.annotations.NullMarked;
