package org.p2psim.run.conformance;

/**
 * Whether the model's answer is the recorded one.
 *
 * @param id of the recorded answer
 * @param difference what was expected and what came, on one line; empty if they agree
 */
public record Case(String id, boolean agrees, String difference) {}
