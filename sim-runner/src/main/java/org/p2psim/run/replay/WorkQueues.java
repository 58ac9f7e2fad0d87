package org.p2psim.run.replay;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests;
import org.p2psim.scenario.Device;
import org.p2psim.unit.Bytes;

/**
 * What a NIC has to do with host memory for one work request: it learns of it, fetches its WQE, and says in the end that
 * it is over. RDMA reads and writes pass the other end without a work request of its own; a send takes one there.
 */
final class WorkQueues {
    private static final int ENTRY = 64;

    /** A vector is a 32-bit data word (PCIe base specification 5.0, 6.1.4). */
    private static final int MSI_X = 4;

    private static final long RINGS = 4 * Bytes.KIB;

    private final Engine engine;
    private final DmaNetwork network;
    private final Ways ways;
    private final HostBuffers buffers;
    private final Map<String, Long> rings = new HashMap<>();

    WorkQueues(Engine engine, DmaNetwork network, Ways ways, HostBuffers buffers) {
        this.engine = engine;
        this.network = network;
        this.ways = ways;
        this.buffers = buffers;
    }

    /** From the CPU's doorbell until the NIC has the work request. */
    void post(String lane, String nic, Optional<Device.Wire> wire, Runnable then) {
        Runnable fetch = () -> fetch(lane, nic, wire, then);
        long doorbell = wire.map(port -> port.doorbell().orElse(0)).orElse(0L);
        if (doorbell > 0) {
            engine.at(engine.now() + doorbell, fetch::run);
        } else {
            fetch.run();
        }
    }

    /** The NIC reads its WQE, unless it has it. */
    void fetch(String lane, String nic, Optional<Device.Wire> wire, Runnable then) {
        if (wire.filter(Device.Wire::wqeFetch).isPresent()) {
            dma(lane + " WQE", nic, true, ENTRY, ends(1, then));
        } else {
            then.run();
        }
    }

    /** From the last of the data until the CPU may learn of it: by the CQE, and by the interrupt if there is one. */
    void complete(String lane, String nic, Optional<Device.Wire> wire, Runnable then) {
        boolean cqe = wire.filter(Device.Wire::cqe).isPresent();
        boolean interrupt = wire.filter(Device.Wire::msiX).isPresent();
        if (!cqe && !interrupt) {
            then.run();
            return;
        }
        StageEnds ends = ends(cqe && interrupt ? 2 : 1, then);
        if (cqe) {
            dma(lane + " CQE", nic, false, ENTRY, ends);
        }
        if (interrupt) {
            dma(lane + " MSI-X", nic, false, MSI_X, ends);
        }
    }

    private static StageEnds ends(int expected, Runnable then) {
        StageEnds ends = new StageEnds(then);
        ends.expect(expected);
        return ends;
    }

    private void dma(String name, String nic, boolean read, int bytes, StageEnds ends) {
        long ring = rings.computeIfAbsent(nic, owner -> buffers.take(RINGS));
        Ways.Way way = ways.toMemory(nic, Optional.empty(), RINGS, read);
        Requests entry = new Requests.Bulk(List.of(new Segment(ring, bytes)));
        network.start(ways.request(name, way, entry, address -> true), ends);
    }
}
