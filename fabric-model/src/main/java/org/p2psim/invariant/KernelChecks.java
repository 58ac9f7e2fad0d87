package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.LockOrder;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.importer.RdmaNic;

/** What a kernel's journal, locks and waiting tasks tell. */
public final class KernelChecks {
    private KernelChecks() {}

    /** I-05, I-10, I-14, I-16, I-20, I-21, I-25, I-30, I-31, I-33 and I-38, of the entries of the journal from a mark on. */
    public static ImmutableList<Violation> check(Kernel kernel, int mark) {
        ImmutableList.Builder<Violation> found = ImmutableList.builder();
        kernel.journal().since(mark).forEach(entry -> found.addAll(check(entry)));
        return found.addAll(lockOrder(kernel)).build();
    }

    /** What an entry of the journal tells by itself: all but I-30. */
    public static ImmutableList<Violation> check(Journal.Entry entry) {
        Violations violations = new Violations();
        switch (entry.action()) {
            case LOCK_MISSING ->
                violations.require(Invariant.LOCKED_WHERE_NEEDED, false, entry.object(), entry::detail);
            case LOCK_HELD -> violations.require(Invariant.UNLOCKED_WHERE_NEEDED, false, entry.object(), entry::detail);
            case LEAK ->
                violations.require(
                        entry.isOfAttachment() ? Invariant.TABLES_FREED : Invariant.NOTHING_LEAKED,
                        false,
                        entry.object(),
                        entry::detail);
            case TIMED_OUT -> violations.require(Invariant.REUSE_WAITS, false, entry.object(), entry::detail);
            case UNPIN ->
                violations.require(
                        Invariant.PINS_BALANCED,
                        !entry.is(Journal.Circumstance.NOT_PINNED),
                        entry.object(),
                        entry::detail);
            case DEAD_KEY -> violations.require(Invariant.LIVE_KEYS_ONLY, false, entry.object(), entry::detail);
            case TOUCHED_AFTER_INSTALL ->
                violations.require(Invariant.PUBLISHED_LAST, false, entry.object(), entry::detail);
            case UNBALANCED -> violations.require(Invariant.CPU_BALANCED, false, entry.object(), entry::detail);
            case CRASH -> violations.require(Invariant.ATTACHED_MEANS_REFERENCED, false, entry.object(), entry::detail);
            default -> {}
        }
        return violations.found();
    }

    /** I-30. */
    public static ImmutableList<Violation> lockOrder(Kernel kernel) {
        Violations violations = new Violations();
        for (LockOrder.Inversion inversion : kernel.lockOrder().inversions()) {
            violations.require(
                    Invariant.LOCK_ORDER,
                    false,
                    inversion.classes().toString(),
                    () -> String.join("; ", inversion.sites()));
        }
        return violations.found();
    }

    /** I-24, when nothing can happen any more: tasks that still wait for importers, with those that block them. */
    public static ImmutableList<Violation> stuck(Kernel kernel) {
        Violations violations = new Violations();
        for (Task<?> task : kernel.waiting()) {
            Wait wait = task.waitsFor().orElseThrow();
            violations.require(
                    Invariant.REVOKE_ENDS,
                    wait.kind() != Wait.Kind.UNMAP && wait.kind() != Wait.Kind.FENCES && wait.kind() != Wait.Kind.DMA,
                    task.name(),
                    () -> "waits for %s, blocked by %s".formatted(wait.what(), String.join(", ", wait.blockers())));
        }
        return violations.found();
    }

    /** I-38, when user space has closed everything. */
    public static ImmutableList<Violation> leaked(List<DmaBuf> dmaBufs, List<RdmaNic> nics) {
        Violations violations = new Violations();
        for (DmaBuf dmaBuf : dmaBufs) {
            violations.require(
                    Invariant.NOTHING_LEAKED,
                    dmaBuf.life() == DmaBuf.Life.GONE,
                    dmaBuf.name(),
                    () -> "%d reference(s) are left".formatted(dmaBuf.references()));
        }
        for (RdmaNic nic : nics) {
            violations.require(
                    Invariant.NOTHING_LEAKED,
                    nic.keys().taken() == 0,
                    nic.importer().name(),
                    () -> "%d key(s) are taken".formatted(nic.keys().taken()));
        }
        return violations.found();
    }
}
