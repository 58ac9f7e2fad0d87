package org.p2psim.p2p;

import java.util.OptionalInt;

/**
 * A verdict without its reasons: enough for a matrix of many pairs.
 *
 * @param hops as in {@link Verdict}
 * @param commonBridge whether a bridge is above both, or one of the two is above the other
 * @param penalty what 5.2 and 5.3 add to the distance for a way through host bridges
 */
public record Decision(MapType mapType, int hops, boolean commonBridge, int penalty) {
    /** As in {@link Verdict}. */
    public OptionalInt distance() {
        return switch (mapType) {
            case NOT_SUPPORTED -> OptionalInt.of(-1);
            case BUS_ADDR, THRU_HOST_BRIDGE -> OptionalInt.of(hops + penalty);
            case DEPENDS_ON -> OptionalInt.empty();
        };
    }
}
