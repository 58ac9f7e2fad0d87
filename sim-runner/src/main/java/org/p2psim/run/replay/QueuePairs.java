package org.p2psim.run.replay;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.RegionChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.RdmaOperation;

/** Queue pairs, the work requests that the timeline posts to them, and the page faults of their NICs. */
final class QueuePairs {
    private final RunState run;
    private final Transfers transfers;
    private final Landings landings;
    private final Map<String, SendQueue> queues = new LinkedHashMap<>();
    private final List<SendQueue> all = new ArrayList<>();
    private final Map<MemoryRegion, List<Consumer<Reply<MemoryRegion>>>> faulting = new IdentityHashMap<>();

    QueuePairs(RunState run, Transfers transfers, Landings landings) {
        this.run = run;
        this.transfers = transfers;
        this.landings = landings;
    }

    /** An access of a region, by a peer or by its own NIC. */
    record Access(
            Line line,
            String mr,
            long offset,
            long size,
            boolean read,
            boolean remote,
            Optional<String> qp,
            Optional<String> requester,
            Optional<String> local) {}

    void create(int number, RdmaOperation.CreateQp op) {
        run.kernel()
                .start(
                        new Line(number, op.qp(), "create-qp"),
                        () -> run.importers().nic(op.nic()).then(nic -> {
                            int retries = op.rnrRetry().orElseGet(() -> rnrRetry(op.nic()));
                            return Reply.done(queue(op.qp(), op.nic(), retries).pair());
                        }),
                        pair -> "of " + op.nic(),
                        reply -> run.handles().queuePairs().put(op.qp(), UserObject.of(reply)));
    }

    private SendQueue queue(String name, String nic, int retries) {
        SendQueue queue = new SendQueue(this, new QueuePair(name, retries), timer(nic));
        queues.put(name, queue);
        all.add(queue);
        return queue;
    }

    private int rnrRetry(String nic) {
        return run.world().device(nic).rnrRetry().orElseThrow();
    }

    private long timer(String nic) {
        return run.world().device(nic).rnrTimer().orElseThrow();
    }

    RunState run() {
        return run;
    }

    Transfers transfers() {
        return transfers;
    }

    Fate fate(String lane) {
        return landings.fate(lane);
    }

    /** A line of the timeline posts a work request. */
    void post(Access access) {
        run.kernel().begin(access.line(), "");
        Optional<MemoryRegion> region = run.handles().region(access.mr());
        if (region.isEmpty()) {
            String why = "the key of %s is not valid".formatted(access.mr());
            failed(access, WorkCompletion.Status.REM_ACCESS_ERR, why);
        } else if (access.qp().isPresent() && !queues.containsKey(access.qp().get())) {
            transfers.refused(
                    access.line(),
                    access.mr(),
                    access.size(),
                    Optional.of(Errno.EINVAL),
                    "%s was not created".formatted(access.qp().get()));
        } else {
            Optional<String> localError = access.local().flatMap(name -> localError(name, access));
            if (localError.isPresent()) {
                failed(access, WorkCompletion.Status.LOC_PROT_ERR, localError.get());
            } else {
                run.kernel().start(access.line().operation(), access.line().name(), () -> posted(access, region.get()));
            }
        }
        run.kernel().settle();
    }

    private void failed(Access access, WorkCompletion.Status status, String why) {
        fate(access.line().lane()).ended(status);
        transfers.refused(
                access.line(), access.mr(), access.size(), Optional.empty(), "IBV_WC_%s: %s".formatted(status, why));
    }

    private Reply<String> posted(Access access, MemoryRegion region) {
        String nic = access.remote()
                ? access.requester().orElse(region.nic().importer().name())
                : region.nic().importer().name();
        SendQueue queue = access.qp().map(queues::get).orElseGet(() -> {
            String name = "queue pair of " + access.line().lane();
            return queue(name, nic, rnrRetry(nic));
        });
        queue.post(new Work(access, region));
        return Reply.done(access.mr());
    }

    /** Why a NIC refuses its own use of a region, if it does: to write into it takes a right, to read from it none. */
    private Optional<String> localError(String mr, Access access) {
        AccessFlag right = AccessFlag.LOCAL_WRITE;
        return run.handles()
                .region(mr)
                .map(region -> access.read()
                        ? region.accessError(right, 0, access.size())
                        : region.rangeError(0, access.size()))
                .orElseGet(() -> Optional.of("%s is not registered".formatted(mr)));
    }

    /** The NIC has no addresses: its driver is to get some; all who wait for them are told how that went. */
    void fault(MemoryRegion region, int cause, Consumer<Reply<MemoryRegion>> told) {
        List<Consumer<Reply<MemoryRegion>>> waiting = faulting.get(region);
        if (waiting != null) {
            waiting.add(told);
            return;
        }
        faulting.put(region, new ArrayList<>(List.of(told)));
        String nic = region.nic().importer().name();
        run.recorder().effect(run.engine().now(), region.name(), "page-fault", "in " + nic, cause);
        long ticks = run.world().device(nic).faultTime().orElseThrow();
        run.kernel()
                .startAfter(
                        ticks,
                        cause,
                        "page fault of " + region.name(),
                        region::fault,
                        reply -> Optional.ofNullable(faulting.remove(region))
                                .orElse(List.of())
                                .forEach(each -> each.accept(reply)));
    }

    /** I-17: what was refused was refused visibly. */
    void checkRefused(QueuePair pair, MemoryRegion region, org.p2psim.dmabuf.importer.Access access) {
        if (region.state() == MemoryRegion.State.REVOKED) {
            run.watch().checked(ImmutableSet.of(Invariant.REFUSED_VISIBLY), 1);
            RegionChecks.refused(pair, access).forEach(violation -> landings.broken(violation, 1));
        }
    }

    /** Nothing happens any more: what waits now is not carried out, and must not wait at a revoked region (I-17). */
    void end() {
        for (SendQueue queue : all) {
            for (Work work : queue.unfinished()) {
                boolean revoked = work.region().state() == MemoryRegion.State.REVOKED;
                if (revoked) {
                    landings.broken(
                            new Violation(
                                    Invariant.REFUSED_VISIBLY,
                                    queue.pair().name(),
                                    "%s waits for ever at a revoked region"
                                            .formatted(work.access().line().lane())),
                            1);
                }
                work.unfinished(transfers);
            }
        }
    }
}
