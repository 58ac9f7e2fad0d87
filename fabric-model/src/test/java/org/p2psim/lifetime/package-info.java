/** Random lives of dma-bufs: every exporter and importer of the model, in every order that the seeds give. */
@NullMarked
package org.p2psim.lifetime;

import org.jspecify.annotations.NullMarked;
