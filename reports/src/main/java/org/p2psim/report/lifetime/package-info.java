/**
 * What a run tells of lifetimes, in words that every report uses: why an invariant broke, who was not told, who waited.
 */
@NullMarked
package org.p2psim.report.lifetime;

import org.jspecify.annotations.NullMarked;
