/**
 * The kernel's decision (L1): map type and distance of a provider and a client, a pure function of fabric, CPU and kernel rules.
 */
@NullMarked
package org.p2psim.p2p;

import org.jspecify.annotations.NullMarked;
