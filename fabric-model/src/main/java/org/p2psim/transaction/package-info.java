/**
 * TLPs: their sizes on the wire, and how a request and its completions are cut into them.
 */
@NullMarked
package org.p2psim.transaction;

import org.jspecify.annotations.NullMarked;
