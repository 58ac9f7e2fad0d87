package org.p2psim.run.flow;

import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.Ordering;
import org.p2psim.transaction.TlpClass;

/** The ordering rules, of two TLPs on their way. */
final class Passing {
    private static final TlpClass[] CLASSES = TlpClass.values();

    /** Requester and Completer IDs, seen from the earlier TLP: only whether they are the same matters. */
    private static final int SAME = 0;

    private static final int OTHER = 1;

    private Passing() {}

    static boolean mayPass(Tlp later, Tlp earlier) {
        PciFunction requester = earlier.flow.request().initiator();
        return Ordering.mayPass(of(later, requester), of(earlier, requester)) != Ordering.May.NO;
    }

    private static Ordering.Passing of(Tlp tlp, PciFunction earlierRequester) {
        DmaRequest request = tlp.flow.request();
        Tlp asked = tlp.request == null ? tlp : tlp.request;
        return new Ordering.Passing(
                CLASSES[tlp.tlpClass],
                tlp.carriesData(),
                request.attributes().relaxedOrdering(),
                request.attributes().idBasedOrdering(),
                compared(request.initiator(), earlierRequester),
                asked.id,
                completer(tlp, earlierRequester));
    }

    /** Host memory has its completions made by the root complex, which issues no writes. */
    private static int completer(Tlp tlp, PciFunction earlierRequester) {
        if (tlp.tlpClass != Channel.COMPLETION) {
            return Ordering.Passing.NONE;
        }
        return tlp.flow.request().memory() instanceof PciTarget device
                ? compared(device.function(), earlierRequester)
                : OTHER;
    }

    private static int compared(PciFunction function, PciFunction earlierRequester) {
        return function.address().equals(earlierRequester.address()) ? SAME : OTHER;
    }
}
