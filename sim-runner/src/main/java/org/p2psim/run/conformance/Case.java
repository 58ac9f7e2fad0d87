package org.p2psim.run.conformance;

/**
 * A recorded answer held against the model's.
 *
 * @param id names the case within its source
 * @param difference what was recorded and what the model says; empty if they agree
 */
public record Case(String id, boolean agrees, String difference) {}
