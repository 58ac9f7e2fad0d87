/** Who owns which bytes of a device's memory, what they hold, and who may become owner. */
@NullMarked
package org.p2psim.dmabuf.ownership;

import org.jspecify.annotations.NullMarked;
