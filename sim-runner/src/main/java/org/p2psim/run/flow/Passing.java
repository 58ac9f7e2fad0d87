package org.p2psim.run.flow;

import org.p2psim.transaction.Ordering;
import org.p2psim.transaction.TlpClass;

/** The ordering rules, of two TLPs on their way. */
final class Passing {
    private static final TlpClass[] CLASSES = TlpClass.values();

    private Passing() {}

    static boolean mayPass(Tlp later, Tlp earlier) {
        return Ordering.mayPass(of(later), of(earlier)) != Ordering.May.NO;
    }

    private static Ordering.Passing of(Tlp tlp) {
        DmaRequest request = tlp.flow.request();
        return new Ordering.Passing(
                CLASSES[tlp.tlpClass],
                tlp.carriesData(),
                false,
                false,
                request.initiator().address().hashCode(),
                tlp.id);
    }
}
