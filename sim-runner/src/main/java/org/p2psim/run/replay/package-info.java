/** The timeline: each operation at its time, on the objects of earlier operations; who waits for what. */
@NullMarked
package org.p2psim.run.replay;

import org.jspecify.annotations.NullMarked;
