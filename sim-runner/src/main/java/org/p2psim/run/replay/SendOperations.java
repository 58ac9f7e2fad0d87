package org.p2psim.run.replay;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.WorkCompletion.Status;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/**
 * RDMA sends: each takes the receive that was posted first on the NIC that it comes to, and waits if there is none
 * (RNR NAK; InfiniBand specification, volume 1, 9.7.5.2.8).
 */
final class SendOperations {
    private final RunState run;
    private final Landings landings;
    private final Transfers transfers;
    private final QueuePairs queuePairs;
    private final Map<String, Queue<RdmaOperation.RdmaReceive>> posted = new HashMap<>();

    SendOperations(RunState run, Landings landings, Transfers transfers, QueuePairs queuePairs) {
        this.run = run;
        this.landings = landings;
        this.transfers = transfers;
        this.queuePairs = queuePairs;
    }

    /** Whoever posts a receive is told of no error: the memory is looked at when it is used. */
    void post(int number, RdmaOperation.RdmaReceive op) {
        Line line = new Line(number, op.nic(), "rdma-receive");
        run.kernel().begin(line, "");
        run.kernel().ended(line, "%s at %s".formatted(Bytes.format(op.size()), op.mr()));
        posted.computeIfAbsent(op.nic(), nic -> new ArrayDeque<>()).add(op);
    }

    void send(int number, RdmaOperation.RdmaSend op) {
        Line line = transfers.line(number, op.id(), "rdma-send");
        run.kernel().begin(line, "");
        attempt(op, line, 0);
    }

    private void attempt(RdmaOperation.RdmaSend op, Line line, int retries) {
        Queue<RdmaOperation.RdmaReceive> receives = posted.getOrDefault(op.nic(), new ArrayDeque<>());
        RdmaOperation.RdmaReceive receive = receives.peek();
        boolean ready = receive != null && !faults(line, receive);
        if (receive != null && ready) {
            receives.remove();
            deliver(op, line, receive);
            return;
        }
        String why = receive == null ? "no receive is posted on " + op.nic() : "the region has no addresses";
        run.recorder().effect(run.engine().now(), line.lane(), "rnr-nak", why, line.operation());
        if (retries < op.retriesOrDefault()) {
            long back = 2
                    * run.world()
                            .device(op.nic())
                            .wire()
                            .map(Device.Wire::latencyOrDefault)
                            .orElse(0L);
            run.kernel()
                    .happensAfter(
                            back + op.timerOrDefault(),
                            line.operation(),
                            "retry of " + line.lane(),
                            () -> attempt(op, line, retries + 1));
        } else {
            refused(
                    op,
                    line,
                    Status.RNR_RETRY_EXC_ERR,
                    "no receive was posted on %s within %d retries, %s apart"
                            .formatted(op.nic(), retries, Ticks.format(op.timerOrDefault())));
        }
    }

    /** The NIC has no addresses for the memory of a receive: its driver is to get some, and the peer comes again. */
    private boolean faults(Line line, RdmaOperation.RdmaReceive receive) {
        Optional<MemoryRegion> zapped =
                run.handles().region(receive.mr()).filter(region -> region.state() == MemoryRegion.State.ZAPPED);
        zapped.ifPresent(region -> queuePairs.fault(region, line.operation(), reply -> {}));
        return zapped.isPresent();
    }

    private void deliver(RdmaOperation.RdmaSend op, Line line, RdmaOperation.RdmaReceive receive) {
        Optional<String> local = op.local().flatMap(mr -> error(mr, false, 0, op.size()));
        Optional<String> remote = receiverError(op, receive);
        if (local.isPresent()) {
            refused(op, line, Status.LOC_PROT_ERR, local.get());
        } else if (op.size() > receive.size()) {
            String sizes = "IBV_WC_LOC_LEN_ERR of the receiver, %s do not fit into the %s that are posted"
                    .formatted(Bytes.format(op.size()), Bytes.format(receive.size()));
            refused(op, line, Status.REM_INV_REQ_ERR, sizes);
        } else if (remote.isPresent()) {
            refused(op, line, Status.REM_OP_ERR, "IBV_WC_LOC_PROT_ERR of the receiver, " + remote.get());
        } else {
            move(op, line, receive, run.handles().region(receive.mr()).orElseThrow());
        }
    }

    private void move(RdmaOperation.RdmaSend op, Line line, RdmaOperation.RdmaReceive receive, MemoryRegion region) {
        var segments = region.segments(receive.offset(), op.size());
        Transfers.Order order = new Transfers.Order(
                line,
                receive.mr(),
                region.attachment(),
                Optional.of(region),
                false,
                op.size(),
                op.local().flatMap(mr -> run.handles().region(mr)).map(end -> new Transfers.LocalEnd(end, op.size())),
                op.local().orElse(line.lane()));
        Transfer transfer = transfers.begin(order, segments);
        transfers.issue(transfer, segments, () -> {
            Status status = transfer.isComplete() ? Status.SUCCESS : Status.REM_OP_ERR;
            landings.fate(line.lane()).ended(status);
            if (status != Status.SUCCESS) {
                run.recorder()
                        .effect(
                                run.engine().now(),
                                line.lane(),
                                Status.PREFIX + status,
                                "the receiver has no addresses any more",
                                line.operation());
            }
            transfer.finish();
        });
    }

    private Optional<String> receiverError(RdmaOperation.RdmaSend op, RdmaOperation.RdmaReceive receive) {
        boolean ofAnother = run.handles()
                .region(receive.mr())
                .filter(region -> !region.attachment().importer().name().equals(receive.nic()))
                .isPresent();
        return ofAnother
                ? Optional.of("%s is not an MR of %s".formatted(receive.mr(), receive.nic()))
                : error(receive.mr(), true, receive.offset(), op.size());
    }

    /** Why a NIC refuses its own use of a region, if it does: to write into it takes a right, to read from it none. */
    private Optional<String> error(String mr, boolean write, long offset, long size) {
        AccessFlag right = AccessFlag.LOCAL_WRITE;
        return run.handles()
                .region(mr)
                .map(region -> write ? region.accessError(right, offset, size) : region.rangeError(offset, size))
                .orElseGet(() -> Optional.of("%s is not registered".formatted(mr)));
    }

    private void refused(RdmaOperation.RdmaSend op, Line line, Status status, String why) {
        landings.fate(line.lane()).ended(status);
        transfers.refused(
                line,
                op.local().orElse(op.nic()),
                op.size(),
                Optional.empty(),
                "%s%s: %s".formatted(Status.PREFIX, status, why));
    }
}
