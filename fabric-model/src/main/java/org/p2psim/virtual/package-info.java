/** A virtual machine with passed-through functions: what it is, the tree that its guest sees, and the way back to the host. */
@NullMarked
package org.p2psim.virtual;

import org.jspecify.annotations.NullMarked;
