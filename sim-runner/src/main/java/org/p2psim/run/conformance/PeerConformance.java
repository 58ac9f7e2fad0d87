package org.p2psim.run.conformance;

import org.p2psim.scenario.evidence.TimingRow.PeerTarget;

/** Published figures about transfers between peers. */
final class PeerConformance {
    private PeerConformance() {}

    static Case check(PeerTarget target) {
        return new Case(target.id(), false, "not modelled: " + target.scenario());
    }
}
