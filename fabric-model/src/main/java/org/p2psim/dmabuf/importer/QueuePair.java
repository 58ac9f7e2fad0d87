package org.p2psim.dmabuf.importer;

import com.google.common.collect.ImmutableList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.p2psim.dmabuf.Journal;

/**
 * The send queue of a reliable connection: work requests in order, one at a time. An error completes the one at its
 * head, and flushes the others; other queue pairs are not touched. Which status code ends which case is verbs' where it
 * says so, and a convention where hardware differs.
 */
public final class QueuePair {
    /** {@code rnr_retry} of 7: for ever. */
    public static final int RNR_RETRIES_FOR_EVER = 7;

    /** As far as it matters here. */
    public enum State {
        RTS,
        ERROR
    }

    private final String name;
    private final int rnrRetriesMax;
    private final Deque<WorkRequest> queue = new ArrayDeque<>();
    private final List<WorkCompletion> completions = new ArrayList<>();
    private State state = State.RTS;
    private int rnrRetries;

    /** @param rnrRetriesMax 0 to 7; 7 means for ever */
    public QueuePair(String name, int rnrRetriesMax) {
        if (rnrRetriesMax < 0 || rnrRetriesMax > RNR_RETRIES_FOR_EVER) {
            throw new IllegalArgumentException("rnr_retry of %s is 0 to 7, not %d".formatted(name, rnrRetriesMax));
        }
        this.name = name;
        this.rnrRetriesMax = rnrRetriesMax;
    }

    public String name() {
        return name;
    }

    /** Whether a requester that was told often enough that the receiver is not ready gives up. */
    public boolean givesUp() {
        return rnrRetriesMax != RNR_RETRIES_FOR_EVER;
    }

    public State state() {
        return state;
    }

    public ImmutableList<WorkCompletion> completions() {
        return ImmutableList.copyOf(completions);
    }

    /** The work request that is next. */
    public Optional<WorkRequest> head() {
        return Optional.ofNullable(queue.peek());
    }

    /** Posts; a queue pair in error flushes at once. */
    public void post(WorkRequest request) {
        if (state == State.ERROR) {
            completions.add(new WorkCompletion(request, WorkCompletion.Status.WR_FLUSH_ERR));
        } else {
            queue.add(request);
        }
    }

    /** What the NIC finds for the work request at the head, now. */
    public Access access() {
        WorkRequest request = head().orElseThrow();
        Optional<MemoryRegion> found = request.nic().keys().live(request.key());
        if (found.isEmpty()) {
            if (request.remote()) {
                request.nic()
                        .kernel()
                        .note(Journal.Action.EVENT, request.nic().importer().name(), "invalid key");
            }
            return refused("key %d is not live".formatted(request.key()));
        }
        MemoryRegion region = found.get();
        boolean needsRight = request.remote() || request.right() == AccessFlag.LOCAL_WRITE;
        Optional<String> error = needsRight
                ? region.accessError(request.right(), request.offset(), request.size())
                : region.rangeError(request.offset(), request.size());
        if (error.isPresent()) {
            return refused(error.get());
        }
        return region.translation().isPresent()
                ? new Access.Granted(region, region.segments(request.offset(), request.size()))
                : new Access.Faults(region);
    }

    /** The DMA of the work request at the head is over. */
    public void succeeded() {
        rnrRetries = 0;
        completions.add(new WorkCompletion(queue.remove(), WorkCompletion.Status.SUCCESS));
    }

    /**
     * The responder was not ready, or still is not. True if the requester is to try again after its timer; false if its
     * retries were exhausted, and the work request has completed with {@code RNR_RETRY_EXC_ERR}.
     */
    public boolean receiverNotReady() {
        if (givesUp() && rnrRetries == rnrRetriesMax) {
            failed(WorkCompletion.Status.RNR_RETRY_EXC_ERR);
            return false;
        }
        rnrRetries++;
        return true;
    }

    /** The driver could not resolve the fault of the work request at the head; the region stays as it is. */
    public void faultNotResolved() {
        failed(refusal(head().orElseThrow()));
    }

    /** The NIC cannot use the memory of its own user that the work request at the head names. */
    public void localRefused() {
        failed(WorkCompletion.Status.LOC_PROT_ERR);
    }

    private Access refused(String why) {
        return new Access.Refused(failed(refusal(head().orElseThrow())), why);
    }

    private static WorkCompletion.Status refusal(WorkRequest request) {
        return request.remote() ? WorkCompletion.Status.REM_ACCESS_ERR : WorkCompletion.Status.LOC_PROT_ERR;
    }

    private WorkCompletion failed(WorkCompletion.Status status) {
        WorkCompletion failed = new WorkCompletion(queue.remove(), status);
        completions.add(failed);
        state = State.ERROR;
        while (!queue.isEmpty()) {
            completions.add(new WorkCompletion(queue.remove(), WorkCompletion.Status.WR_FLUSH_ERR));
        }
        return failed;
    }
}
