package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.Access;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.dmabuf.importer.WorkCompletion;

/** The work requests of a queue pair in time: one after the other, with page faults, RNR NAKs and errors. */
final class SendQueue {
    /** A work request whose region is taken away again each time before it gets on is given up. */
    private static final int FAULTS_MAX = 1000;

    private final QueuePairs all;
    private final QueuePair pair;
    private final long timer;
    private final Map<String, Work> posted = new LinkedHashMap<>();
    private boolean busy;
    private boolean retries;
    /** The fault is in a region of the NIC that has the work request: its peer knows nothing of it. */
    private boolean ownFault;

    private long refusedAt;
    private int turns;
    private int completed;

    SendQueue(QueuePairs all, QueuePair pair, long timer) {
        this.all = all;
        this.pair = pair;
        this.timer = Math.max(1, timer);
    }

    QueuePair pair() {
        return pair;
    }

    ImmutableList<Work> unfinished() {
        return ImmutableList.copyOf(posted.values());
    }

    void post(Work work) {
        if (busy) {
            all.transfers().cautionInTurn(pair.name());
        }
        posted.put(work.access().line().lane(), work);
        pair.post(work.request());
        complete("its queue pair is in error");
        advance();
    }

    /** The NIC looks the key of the next work request up. */
    private void advance() {
        if (busy || pair.head().isEmpty()) {
            return;
        }
        Work work = head();
        Access access = pair.access();
        if (access instanceof Access.Granted granted) {
            if (granted.region() != work.region()) {
                all.checkRefused(pair, work.region(), access);
            }
            issue(work, granted.region());
        } else if (access instanceof Access.Faults faults) {
            faults(work, faults.region(), !work.access().remote());
        } else if (access instanceof Access.Refused refused) {
            all.checkRefused(pair, work.region(), access);
            complete(refused.why());
        }
    }

    private Work head() {
        Work work = posted.get(pair.head().orElseThrow().name());
        if (work == null) {
            throw new IllegalStateException(pair.name() + " has a work request that nobody has posted");
        }
        return work;
    }

    private void issue(Work work, MemoryRegion region) {
        QueuePairs.Access access = work.access();
        Optional<MemoryRegion> local = access.local().flatMap(all.run().handles()::region);
        if (local.filter(end -> end.state() == MemoryRegion.State.REVOKED).isPresent()) {
            pair.localRefused();
            complete("%s is revoked".formatted(local.get().name()));
            return;
        }
        if (local.filter(end -> end.translation().isEmpty()).isPresent()) {
            faults(work, local.get(), true);
            return;
        }
        String tag = access.requester().or(access::local).orElse(access.line().lane());
        Transfer transfer = work.transfer(
                all.transfers(),
                region,
                local.map(end -> new Transfers.LocalEnd(end, access.size())),
                access.remote() ? tag : region.nic().importer().name());
        busy = true;
        all.transfers().issue(transfer, work.left(region), () -> over(work, transfer));
    }

    /** Nothing of its DMA is on its way: it is complete, or its region was taken away in between. */
    private void over(Work work, Transfer transfer) {
        busy = false;
        boolean failed = work.access().read() && transfer.lost() > 0;
        if (transfer.hasFailedAtRequester()) {
            pair.localRefused();
            complete("a read of its own memory came back with an error");
        } else if (transfer.isComplete() && !failed) {
            pair.succeeded();
            complete("");
        } else if (failed) {
            pair.faultNotResolved();
            complete("the read came back with an error");
        }
        advance();
    }

    private void faults(Work work, MemoryRegion region, boolean own) {
        int cause = work.access().line().operation();
        busy = true;
        ownFault = own;
        if (work.faulted() > FAULTS_MAX) {
            refused();
            busy = false;
            complete("its region was taken away %d times before it got on".formatted(FAULTS_MAX));
            advance();
            return;
        }
        all.fault(region, cause, reply -> {
            if (reply instanceof Reply.Refused<MemoryRegion> refused) {
                notResolved(refused.errno() + ": " + refused.why());
            } else {
                resolved();
            }
        });
        if (!own) {
            receiverNotReady(work);
        }
    }

    private void refused() {
        if (ownFault) {
            pair.localRefused();
        } else {
            pair.faultNotResolved();
        }
    }

    private void receiverNotReady(Work work) {
        long now = all.run().engine().now();
        String lane = work.access().line().lane();
        all.run()
                .recorder()
                .effect(
                        now,
                        lane,
                        "rnr-nak",
                        "the region has no addresses",
                        work.access().line().operation());
        if (!pair.receiverNotReady()) {
            busy = false;
            retries = false;
            complete("the receiver was not ready, and the retries are used up");
            advance();
            return;
        }
        refusedAt = now;
        retries = true;
        if (pair.givesUp()) {
            int turn = ++turns;
            all.run().kernel().happensAfter(timer, work.access().line().operation(), "retry of " + lane, () -> {
                if (retries && turn == turns) {
                    receiverNotReady(work);
                }
            });
        }
    }

    /** The driver has the addresses again. A peer learns of it when its timer is over; the own NIC at once. */
    private void resolved() {
        if (!busy) {
            return;
        }
        Work work = head();
        long now = all.run().engine().now();
        if (ownFault) {
            busy = false;
            advance();
            return;
        }
        turns++;
        long timers = (now - refusedAt + timer - 1) / timer;
        long wait = refusedAt + Math.max(1, timers) * timer - now;
        int cause = work.access().line().operation();
        all.run()
                .kernel()
                .happensAfter(wait, cause, "retry of " + work.access().line().lane(), () -> {
                    if (retries) {
                        retries = false;
                        busy = false;
                        advance();
                    }
                });
    }

    /** The driver got no addresses. */
    private void notResolved(String why) {
        if (busy && pair.head().isPresent()) {
            busy = false;
            retries = false;
            refused();
            complete(why);
            advance();
        }
    }

    /** Tells what has been completed since the last time. */
    private void complete(String why) {
        ImmutableList<WorkCompletion> completions = pair.completions();
        while (completed < completions.size()) {
            WorkCompletion completion = completions.get(completed);
            completed++;
            Work work = posted.remove(completion.request().name());
            if (work != null) {
                complete(work, completion.status(), why);
            }
        }
    }

    private void complete(Work work, WorkCompletion.Status status, String why) {
        QueuePairs.Access access = work.access();
        all.fate(access.line().lane()).ended(status);
        String reason = status == WorkCompletion.Status.WR_FLUSH_ERR ? "its queue pair is in error" : why;
        String text = "IBV_WC_%s: %s".formatted(status, reason);
        if (work.transfer().isEmpty()) {
            all.transfers().refused(access.line(), access.mr(), access.size(), Optional.empty(), text);
            return;
        }
        if (status != WorkCompletion.Status.SUCCESS) {
            all.run()
                    .recorder()
                    .effect(
                            all.run().engine().now(),
                            access.line().lane(),
                            "IBV_WC_" + status,
                            reason,
                            access.line().operation());
        }
        work.transfer().get().finish();
    }
}
