package org.p2psim.p2p;

/**
 * A verdict without its reasons: enough for a matrix of many pairs.
 *
 * @param hops as in {@link Verdict}
 * @param penalty what 5.2 and 5.3 add to the distance for a way through host bridges
 */
public record Decision(MapType mapType, int hops, int penalty) {}
