package org.p2psim.outcome;

/**
 * One line of {@code expect}.
 *
 * @param expected what the scenario says
 * @param found what the run produced
 * @param line of the scenario file, from 1; 0 if not known
 */
public record ExpectationOutcome(String expected, String found, boolean met, int line) {}
