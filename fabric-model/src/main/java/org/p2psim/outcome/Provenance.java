package org.p2psim.outcome;

/**
 * What is needed to run the same again.
 *
 * @param tool version of p2psim
 * @param scenario name of the scenario: the file's name without its ending
 * @param digest SHA-256 of the scenario file, hexadecimal
 * @param settings overrides given on the command line ({@code --set}), as typed, separated by blanks
 */
public record Provenance(String tool, String scenario, String digest, long seed, String settings) {}
