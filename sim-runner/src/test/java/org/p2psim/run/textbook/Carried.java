package org.p2psim.run.textbook;

import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.topology.PciFunction;

/** What one direction of the link below a port has carried. */
public record Carried(
        Bdf port, LinkUse.Direction direction, long tlps, long payload, long wireBytes, long busyTicks, long dllps) {
    static Carried of(PciFunction port, LinkUse.Direction direction, Transmitter.Sent sent) {
        return new Carried(
                port.address(), direction, sent.tlps, sent.payload, sent.wireBytes, sent.busyTicks, sent.dllps);
    }

    /** The same of what another model says. */
    public static Carried of(LinkUse use) {
        return new Carried(use.port(), use.direction(), use.tlps(), use.payload(), use.wire(), use.busy(), use.dllps());
    }
}
