package org.p2psim.run.flow;

import org.p2psim.run.textbook.TextbookNetwork;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.Credits;

/** What the receiver of a port or function advertises: what is stated, or as much as the network takes if nothing is. */
record AdvertisedCredits(Fabric fabric, Timings timings) implements TextbookNetwork.Advertised {
    @Override
    public Credits by(PciFunction receiver) {
        return timings.port(receiver.address()).credits().orElseGet(() -> usual(receiver));
    }

    private Credits usual(PciFunction receiver) {
        ReceiveBuffers buffers = new ReceiveBuffers(fabric, timings);
        Link link = receiver.linkBelow()
                .or(() -> fabric.upstreamBridge(receiver).orElseThrow().linkBelow())
                .orElseThrow();
        return receiver.type().isEndpoint() ? buffers.ofEndpoint(link) : buffers.ofPort(link, receiver);
    }

    @Override
    public Credits insideRootComplex(Link link) {
        return new ReceiveBuffers(fabric, timings).ofStage(link.bytesPerSecond());
    }
}
