/**
 * The transaction and data link layers as facts: TLPs, their sizes, splitting and order, credits, DLLPs and limits.
 */
@NullMarked
package org.p2psim.transaction;

import org.jspecify.annotations.NullMarked;
