package org.p2psim.outcome;

import org.p2psim.p2p.Verdict;

/** The kernel's verdict for a pair of endpoints, with the names that the scenario gives them. */
public record PairOutcome(String provider, String client, Verdict verdict) {}
