package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import org.p2psim.p2p.AcsPolicy.Way;

/** The lists of ways, made once: there are few, and a matrix asks for many. */
final class Ways {
    private static final ImmutableList<Way> DIRECT = ImmutableList.of(Way.DIRECT);
    static final ImmutableList<Way> REDIRECTED = ImmutableList.of(Way.REDIRECTED);
    static final ImmutableList<Way> DIRECT_OR_NOT = ImmutableList.of(Way.DIRECT, Way.REDIRECTED);
    private static final ImmutableList<Way> BLOCKED = ImmutableList.of(Way.BLOCKED);

    private Ways() {}

    /**
     * @param blockedBelow whether the TLPs are refused before they could go to the peer
     * @param blockedAbove whether they are refused if they go up to the root complex
     */
    static ImmutableList<Way> of(Truth redirect, Truth blockedBelow, Truth blockedAbove) {
        if (blockedBelow == Truth.YES) {
            return BLOCKED;
        }
        if (blockedBelow == Truth.NO && redirect == Truth.NO) {
            return DIRECT;
        }
        if (blockedBelow == Truth.NO && redirect == Truth.YES && blockedAbove != Truth.NOT_KNOWN) {
            return blockedAbove == Truth.YES ? BLOCKED : REDIRECTED;
        }
        ImmutableList.Builder<Way> ways = ImmutableList.builder();
        if (redirect != Truth.YES) {
            ways.add(Way.DIRECT);
        }
        if (redirect != Truth.NO && blockedAbove != Truth.YES) {
            ways.add(Way.REDIRECTED);
        }
        boolean refusedAbove = redirect != Truth.NO && blockedAbove != Truth.NO;
        if (blockedBelow == Truth.NOT_KNOWN || refusedAbove) {
            ways.add(Way.BLOCKED);
        }
        return ways.build();
    }
}
