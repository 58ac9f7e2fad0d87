package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import java.util.HashSet;
import java.util.Set;
import org.p2psim.dmabuf.Journal;

/** I-19 over a journal: who is notified when. */
public final class NotificationChecks {
    private final Set<String> attached = new HashSet<>();
    private final Set<String> released = new HashSet<>();
    private final Set<String> told = new HashSet<>();

    /** Each revocation, restoration or move of a buffer notifies nobody twice, and nobody after detach or release. */
    public static ImmutableList<Violation> check(Journal journal) {
        NotificationChecks checks = new NotificationChecks();
        return journal.entries().stream()
                .flatMap(entry -> checks.next(entry).stream())
                .collect(ImmutableList.toImmutableList());
    }

    /** The next entry of a journal, all of which have to be told. */
    public ImmutableList<Violation> next(Journal.Entry entry) {
        Violations violations = new Violations();
        switch (entry.action()) {
            // a mapping of a VMA has no attachment
            case ATTACH, MAP -> attached.add(entry.object());
            case DETACH -> attached.remove(entry.object());
            case RELEASE -> released.add(entry.object());
            case REVOKE, RESTORE, MOVE -> told.removeIf(name -> isOf(name, entry.object()));
            case NOTIFY -> {
                violations.require(
                        Invariant.NOTIFIED_ONCE,
                        !told.contains(entry.object()),
                        entry.object(),
                        () -> "notified twice");
                violations.require(
                        Invariant.NOTIFIED_ONCE,
                        attached.contains(entry.object()),
                        entry.object(),
                        () -> "notified though it is not attached");
                violations.require(
                        Invariant.NOTIFIED_ONCE,
                        released.stream().noneMatch(gone -> isOf(entry.object(), gone)),
                        entry.object(),
                        () -> "notified though its dma-buf is released");
                told.add(entry.object());
            }
            default -> {}
        }
        return violations.found();
    }

    private static boolean isOf(String attachment, String dmaBuf) {
        return attachment.startsWith(dmaBuf + "/");
    }
}
