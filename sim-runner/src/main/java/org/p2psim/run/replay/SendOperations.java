package org.p2psim.run.replay;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Operation;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * RDMA sends: each takes the receive that was posted first on the NIC that it comes to, and waits if there is none
 * (RNR NAK; InfiniBand specification, volume 1, 9.7.5.2.8).
 */
final class SendOperations {
    private static final String SEND = "rdma-send";

    private final World world;
    private final Engine engine;
    private final Recorder recorder;
    private final Handles handles;
    private final RegionOperations regions;
    private final Transfers transfers;
    private final Map<String, Queue<Operation.RdmaReceive>> posted = new HashMap<>();

    SendOperations(
            World world,
            Engine engine,
            Recorder recorder,
            Handles handles,
            RegionOperations regions,
            Transfers transfers) {
        this.world = world;
        this.engine = engine;
        this.recorder = recorder;
        this.handles = handles;
        this.regions = regions;
        this.transfers = transfers;
    }

    /** Whoever posts a receive is told of no error: the memory is looked at when it is used. */
    void post(Operation.RdmaReceive op) {
        String detail = "%s at %s".formatted(Bytes.format(op.size()), op.mr());
        recorder.done(op.at(), op.nic(), "rdma-receive", detail);
        posted.computeIfAbsent(op.nic(), nic -> new ArrayDeque<>()).add(op);
    }

    void send(Operation.RdmaSend op) {
        attempt(op, transfers.name(op.id(), SEND), 0);
    }

    private void attempt(Operation.RdmaSend op, String lane, int retries) {
        Operation.RdmaReceive receive =
                posted.getOrDefault(op.nic(), new ArrayDeque<>()).poll();
        if (receive != null) {
            deliver(op, lane, receive);
        } else if (retries < op.retriesOrDefault()) {
            if (retries == 0) {
                recorder.effect(engine.now(), lane, "RNR NAK", "no receive is posted on %s".formatted(op.nic()));
            }
            long back = 2
                    * world.device(op.nic())
                            .wire()
                            .map(Device.Wire::latencyOrDefault)
                            .orElse(0L);
            engine.at(engine.now() + back + op.timerOrDefault(), () -> attempt(op, lane, retries + 1));
        } else {
            refused(
                    op,
                    lane,
                    "IBV_WC_RNR_RETRY_EXC_ERR: no receive was posted on %s within %d retries, %s apart"
                            .formatted(op.nic(), retries, Ticks.format(op.timerOrDefault())));
        }
    }

    private void deliver(Operation.RdmaSend op, String lane, Operation.RdmaReceive receive) {
        Optional<String> local = op.local().flatMap(mr -> regions.localError(mr, false, op.size()));
        Optional<String> remote = receiverError(op, receive);
        if (local.isPresent()) {
            refused(op, lane, "IBV_WC_LOC_PROT_ERR: " + local.get());
        } else if (op.size() > receive.size()) {
            String sizes = "%s do not fit into the %s that are posted";
            refused(
                    op,
                    lane,
                    ("IBV_WC_REM_INV_REQ_ERR, and IBV_WC_LOC_LEN_ERR of the receiver: " + sizes)
                            .formatted(Bytes.format(op.size()), Bytes.format(receive.size())));
        } else if (remote.isPresent()) {
            refused(op, lane, "IBV_WC_REM_OP_ERR, and IBV_WC_LOC_PROT_ERR of the receiver: " + remote.get());
        } else {
            MemoryRegion region = handles.region(receive.mr()).orElseThrow();
            transfers.start(
                    new Transfers.Order(
                            lane,
                            SEND,
                            receive.mr(),
                            region.attachment(),
                            false,
                            op.size(),
                            op.local().flatMap(mr -> transfers.localEnd(mr, op.size()))),
                    region.segments(receive.offset(), op.size()));
        }
    }

    private Optional<String> receiverError(Operation.RdmaSend op, Operation.RdmaReceive receive) {
        boolean ofAnother = handles.region(receive.mr())
                .filter(region -> !region.attachment().importer().name().equals(receive.nic()))
                .isPresent();
        return ofAnother
                ? Optional.of("%s is not an MR of %s".formatted(receive.mr(), receive.nic()))
                : regions.localError(receive.mr(), true, receive.offset(), op.size());
    }

    private void refused(Operation.RdmaSend op, String lane, String why) {
        transfers.refused(lane, SEND, op.local().orElse(op.nic()), op.size(), Optional.empty(), why);
    }
}
