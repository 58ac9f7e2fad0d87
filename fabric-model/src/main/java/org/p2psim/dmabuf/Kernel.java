package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A running kernel: the rules of its dma-buf core, the bugs it was given, who runs, which locks were taken in which
 * order, and a journal of what was done. One thread runs at a time, until it ends or waits.
 */
public final class Kernel {
    /** PAGE_SIZE of the x86 kernels modelled here, bytes. */
    public static final long PAGE_SIZE = 4096;

    private final DmaBufCore core;
    private final ImmutableSet<Bug> bugs;
    private final Set<Bug> reached = EnumSet.noneOf(Bug.class);
    private final Journal journal = new Journal();
    private final LockOrder lockOrder = new LockOrder();
    private final List<Task<?>> waiting = new ArrayList<>();
    private int freeDescriptors = Integer.MAX_VALUE;
    private @Nullable IntUnaryOperator whoGoesOn;
    private Consumer<DmaBuf> whenInstalled = dmaBuf -> {};
    private Runnable whenRan = () -> {};
    private Function<Attachment, Optional<Wait>> untilUnmap = attachment -> Optional.empty();
    private Task<?> current = new Task<>("user", Task.NO_CAUSE, reply -> {});
    private int depth;

    public Kernel(DmaBufCore core, Set<Bug> bugs) {
        this.core = core;
        this.bugs = ImmutableSet.copyOf(bugs);
    }

    /** A kernel without any bug. */
    public Kernel(DmaBufCore core) {
        this(core, Set.of());
    }

    public DmaBufCore core() {
        return core;
    }

    /** Asked where the bug makes a difference, and nowhere else: {@link #reached} says whether it ever was. */
    public boolean has(Bug bug) {
        return bugs.contains(bug) && reached(bug);
    }

    private boolean reached(Bug bug) {
        reached.add(bug);
        return true;
    }

    /** Those of its bugs that made a difference, or could have. */
    public ImmutableSet<Bug> reached() {
        return Sets.immutableEnumSet(reached);
    }

    public Journal journal() {
        return journal;
    }

    public LockOrder lockOrder() {
        return lockOrder;
    }

    /** Who runs. What is called from outside of any task runs as "user", which must not wait. */
    public Task<?> current() {
        return current;
    }

    /** How many more descriptors the process may have (RLIMIT_NOFILE); no limit unless one is set. */
    public void limitDescriptors(int free) {
        freeDescriptors = free;
    }

    /** What another thread of the process does the moment that a descriptor appears: it may guess its number. */
    public void whenInstalled(Consumer<DmaBuf> otherThread) {
        whenInstalled = otherThread;
    }

    void installed(DmaBuf dmaBuf) {
        whenInstalled.accept(dmaBuf);
    }

    /**
     * How long drivers take to give a mapping back.
     *
     * @param wait asked when a driver begins to unmap; empty if that takes no time
     */
    public void unmapsAfter(Function<Attachment, Optional<Wait>> wait) {
        untilUnmap = wait;
    }

    Optional<Wait> untilUnmap(Attachment attachment) {
        return untilUnmap.apply(attachment);
    }

    /** Takes a free descriptor, if there is one. */
    boolean takeDescriptor() {
        if (freeDescriptors == 0) {
            return false;
        }
        freeDescriptors--;
        return true;
    }

    void giveDescriptorBack() {
        freeDescriptors++;
    }

    /** Runs an operation until it ends or waits. */
    public <T> Task<T> start(String name, Supplier<Reply<T>> operation) {
        return start(name, operation, reply -> {});
    }

    /**
     * Runs an operation until it ends or waits.
     *
     * @param whenOver told the reply, now or whenever the last wait is over
     */
    public <T> Task<T> start(String name, Supplier<Reply<T>> operation, Consumer<Reply<T>> whenOver) {
        return start(name, current.cause(), operation, whenOver);
    }

    /**
     * Runs an operation until it ends or waits.
     *
     * @param cause what to call the reason for it, and for all that it starts, in the journal; others inherit the cause
     *     of whoever starts them
     * @param whenOver told the reply, now or whenever the last wait is over
     */
    public <T> Task<T> start(String name, int cause, Supplier<Reply<T>> operation, Consumer<Reply<T>> whenOver) {
        Task<T> task = new Task<>(name, cause, whenOver);
        run(task, operation);
        if (depth == 0) {
            whenRan.run();
            poll();
        }
        return task;
    }

    private <T> void run(Task<T> task, Supplier<Reply<T>> part) {
        Task<?> before = current;
        current = task;
        depth++;
        Reply<T> reply = part.get();
        depth--;
        current = before;
        if (reply instanceof Reply.Waits<T>) {
            waiting.add(task);
        }
        task.answered(reply);
    }

    /**
     * Lets somebody choose who goes on if several tasks can. Unless one is set it is the one that has waited longest.
     *
     * @param choice given how many can, at least 2, the index of one; 0 has waited longest
     */
    public void whoGoesOn(IntUnaryOperator choice) {
        whoGoesOn = choice;
    }

    /**
     * Lets somebody look whenever a thread has ended or waits, before another one goes on: what the journal says by then
     * is still so.
     */
    public void whenRan(Runnable look) {
        whenRan = look;
    }

    /** Lets every task go on whose wait is over, one after the other, until none can. */
    public void poll() {
        for (Task<?> next = next(); next != null; next = next()) {
            waiting.remove(next);
            goOn(next);
            whenRan.run();
        }
    }

    private @Nullable Task<?> next() {
        if (waiting.isEmpty()) {
            return null;
        }
        if (whoGoesOn == null) {
            for (Task<?> task : waiting) {
                if (task.isReady()) {
                    return task;
                }
            }
            return null;
        }
        List<Task<?>> ready = waiting.stream().filter(Task::isReady).toList();
        return switch (ready.size()) {
            case 0 -> null;
            case 1 -> ready.get(0);
            default -> ready.get(whoGoesOn.applyAsInt(ready.size()));
        };
    }

    private <T> void goOn(Task<T> task) {
        run(task, task::goOn);
    }

    /** The tasks that wait, in the order in which they began to. */
    public ImmutableList<Task<?>> waiting() {
        return ImmutableList.copyOf(waiting);
    }

    /** Writes a line of the journal on behalf of whoever runs. */
    public void note(Journal.Action action, String object, String detail) {
        note(action, object, Optional.empty(), detail);
    }

    /** The same, of what happens in a circumstance that readers go by; the detail ends with it. */
    public void note(Journal.Action action, String object, Journal.Circumstance circumstance, String detail) {
        String whole = detail.isEmpty() ? circumstance.text() : detail + ", " + circumstance.text();
        note(action, object, Optional.of(circumstance), whole);
    }

    private void note(
            Journal.Action action, String object, Optional<Journal.Circumstance> circumstance, String detail) {
        journal.add(new Journal.Entry(current.name(), current.cause(), action, object, circumstance, detail));
    }
}
