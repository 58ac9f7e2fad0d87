package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Journal.Action;
import org.p2psim.dmabuf.Journal.Circumstance;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Task;

/** I-19 over a journal: who is notified when. */
public final class NotificationChecks {
    private final Set<String> attached = new HashSet<>();
    private final Set<String> withCallback = new LinkedHashSet<>();
    private final Set<String> released = new HashSet<>();
    private final Set<String> told = new HashSet<>();
    /** Dma-bufs whose importers are told of a restoration before it. */
    private final Set<String> toldFirst = new HashSet<>();
    /** The newest change of each dma-buf. */
    private final Map<String, Change> changes = new HashMap<>();

    /** @param owed attachments that are still to be told */
    private record Change(String task, Action action, Set<String> owed) {}

    /** All that a kernel has done so far. */
    public static ImmutableList<Violation> check(Kernel kernel) {
        NotificationChecks checks = new NotificationChecks();
        ImmutableList.Builder<Violation> found = ImmutableList.builder();
        kernel.journal().entries().forEach(entry -> found.addAll(checks.next(entry)));
        return found.addAll(checks.over(kernel)).build();
    }

    /**
     * The next entry of a journal, all of which have to be told. Each revocation, restoration or move of a buffer notifies
     * nobody twice, and nobody after detach or release.
     */
    public ImmutableList<Violation> next(Journal.Entry entry) {
        Violations violations = new Violations();
        switch (entry.action()) {
            case ATTACH -> {
                attached.add(entry.object());
                if (!entry.is(Circumstance.NEVER_NOTIFIED)) {
                    withCallback.add(entry.object());
                }
            }
            // a mapping of a VMA has no attachment
            case MAP -> attached.add(entry.object());
            case DETACH -> detached(entry.object());
            case RELEASE -> released.add(entry.object());
            case REVOKE -> changed(violations, entry);
            case RESTORING -> {
                toldFirst.add(entry.object());
                changed(violations, entry);
            }
            case RESTORE -> {
                if (!toldFirst.remove(entry.object())) {
                    changed(violations, entry);
                }
            }
            case MOVE -> {
                if (!entry.is(Circumstance.NOT_EXPORTED)) {
                    changed(violations, entry);
                }
            }
            case NOTIFY -> notified(violations, entry.object());
            default -> {}
        }
        return violations.found();
    }

    private void detached(String attachment) {
        attached.remove(attachment);
        withCallback.remove(attachment);
        changes.values().forEach(change -> change.owed().remove(attachment));
    }

    /** Whoever changes a buffer has told of the last change, whoever made that. */
    private void changed(Violations violations, Journal.Entry entry) {
        told.removeIf(name -> isOf(name, entry.object()));
        Set<String> owed = new LinkedHashSet<>(withCallback);
        owed.removeIf(name -> !isOf(name, entry.object()));
        Optional.ofNullable(changes.put(entry.object(), new Change(entry.task(), entry.action(), owed)))
                .ifPresent(before -> requireTold(violations, before));
    }

    private void notified(Violations violations, String attachment) {
        violations.require(Invariant.NOTIFIED_ONCE, !told.contains(attachment), attachment, () -> "notified twice");
        violations.require(
                Invariant.NOTIFIED_ONCE,
                attached.contains(attachment),
                attachment,
                () -> "notified though it is not attached");
        violations.require(
                Invariant.NOTIFIED_ONCE,
                released.stream().noneMatch(gone -> isOf(attachment, gone)),
                attachment,
                () -> "notified though its dma-buf is released");
        told.add(attachment);
        changes.values().forEach(change -> change.owed().remove(attachment));
    }

    /** Whom those have not told whose operation is over by now; all that the kernel did has been looked at. */
    public ImmutableList<Violation> over(Kernel kernel) {
        Violations violations = new Violations();
        if (changes.isEmpty()) {
            return violations.found();
        }
        Set<String> waiting = kernel.waiting().stream().map(Task::name).collect(Collectors.toSet());
        changes.values().removeIf(change -> {
            boolean over = !waiting.contains(change.task());
            if (over) {
                requireTold(violations, change);
            }
            return over;
        });
        return violations.found();
    }

    private static void requireTold(Violations violations, Change change) {
        change.owed()
                .forEach(attachment -> violations.require(
                        Invariant.NOTIFIED_ONCE,
                        false,
                        attachment,
                        () -> "not notified of a " + word(change.action())));
    }

    private static String word(Action action) {
        return switch (action) {
            case REVOKE -> "revocation";
            case RESTORING, RESTORE -> "restoration";
            default -> "move";
        };
    }

    private static boolean isOf(String attachment, String dmaBuf) {
        return attachment.startsWith(dmaBuf + "/");
    }
}
