/** PCIe as a textbook on DSOL has it: an event for every change, nothing clever, nothing shared with the product's model. */
@NullMarked
package org.p2psim.run.textbook;

import org.jspecify.annotations.NullMarked;
