package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;

/** DMA between NICs and a GPU below one switch, all links Gen5 x16, TLPs of 256 bytes. */
public enum Traffic {
    /** One NIC writes. */
    LINE(1, Direction.WRITE),
    /** Two NICs write into the one GPU. */
    SHARE2(2, Direction.WRITE),
    /** One NIC reads: 512 bytes a request, 256 tags. */
    READ(1, Direction.READ);

    private static final long ABOVE_4_GIB = 1L << 40;
    private static final Link GEN5_X16 = new Link(5, 16);

    private final int nics;
    private final Direction direction;

    Traffic(int nics, Direction direction) {
        this.nics = nics;
        this.direction = direction;
    }

    /** @param switches that there are; the traffic is below the first */
    Fabric fabric(int switches) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        for (int i = 0; i < switches; i++) {
            PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN5_X16));
            for (int endpoint = 0; endpoint <= nics; endpoint++) {
                machine.endpoint(machine.downstreamPort(upstreamPort, GEN5_X16));
            }
        }
        return machine.fabric();
    }

    /** @param bytes of all NICs together */
    List<DmaRequest> requests(Fabric fabric, long bytes) {
        List<PciFunction> endpoints = fabric.endpoints();
        List<DmaRequest> requests = new ArrayList<>();
        for (int nic = 0; nic < nics; nic++) {
            requests.add(new DmaRequest(
                    "nic" + nic,
                    endpoints.get(nic),
                    endpoints.get(nics),
                    direction,
                    List.of(new Segment(ABOVE_4_GIB, bytes / nics)),
                    AddressKind.BUS_ADDRESS,
                    address -> true,
                    256,
                    256,
                    512,
                    64));
        }
        return requests;
    }
}
