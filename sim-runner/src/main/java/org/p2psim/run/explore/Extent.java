package org.p2psim.run.explore;

/**
 * How much is explored.
 *
 * @param interleavings how many, at least 1: those with the numbers 1 to this
 * @param within how far an operation is moved at most, ticks
 * @param workers threads that run them, at least 1
 * @param shrinks whether to look for the shortest timeline that shows each violation
 */
public record Extent(long interleavings, long within, int workers, boolean shrinks) {}
