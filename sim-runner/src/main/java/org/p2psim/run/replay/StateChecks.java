package org.p2psim.run.replay;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Journal.Action;
import org.p2psim.dmabuf.Journal.Circumstance;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.GpuChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.invariant.NotificationChecks;
import org.p2psim.invariant.RegionChecks;
import org.p2psim.invariant.VfioChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.run.kernel.Line;
import org.p2psim.run.kernel.Noted;

/** What must hold after every event, and at the end. */
final class StateChecks {
    private static final ImmutableSet<Invariant> DMA_BUF = ImmutableSet.of(
            Invariant.RELEASED_UNMAPPED,
            Invariant.ATTACHED_MEANS_REFERENCED,
            Invariant.PINS_BALANCED,
            Invariant.CPU_BALANCED,
            Invariant.STATIC_WITHOUT_PEERS);
    private static final ImmutableSet<Invariant> REGION =
            ImmutableSet.of(Invariant.TRANSLATION_INSIDE_MAPPING, Invariant.KEY_RESERVED, Invariant.INSIDE_BUFFER);
    private static final ImmutableSet<Invariant> VFIO = ImmutableSet.of(
            Invariant.NO_MAPPING_WHILE_REVOKED,
            Invariant.USABLE_WHEN_ENABLED,
            Invariant.REVOKED_MEANS_DISABLED,
            Invariant.REGISTRATIONS_COUNTED);
    private static final ImmutableSet<Invariant> GPU = ImmutableSet.of(
            Invariant.PEER_TO_PEER_ALLOWED,
            Invariant.GPU_PLACED,
            Invariant.PINNED_STAYS,
            Invariant.PINNED_CHARGED,
            Invariant.REUSE_WAITS);
    private static final ImmutableSet<Invariant> JOURNAL = ImmutableSet.of(
            Invariant.TABLES_FREED,
            Invariant.LOCKED_WHERE_NEEDED,
            Invariant.UNLOCKED_WHERE_NEEDED,
            Invariant.LIVE_KEYS_ONLY,
            Invariant.PUBLISHED_LAST,
            Invariant.NOTIFIED_ONCE);

    private final RunState run;
    private final Landings landings;
    private final NotificationChecks notifications = new NotificationChecks();
    private final Map<String, Attachment> attachments = new HashMap<>();
    private final Set<String> hotResets = new HashSet<>();
    /** The line of whoever waits for ever; empty while nobody does. */
    private OptionalInt stuckLine = OptionalInt.empty();

    StateChecks(RunState run, Landings landings) {
        this.run = run;
        this.landings = landings;
        run.kernel().reads(this::read);
        run.kernel().checks(this::check);
    }

    private void read(Noted noted) {
        report(notifications.next(noted.entry()));
        run.watch().checked(JOURNAL, 1);
        report(KernelChecks.check(noted.entry()));
        Attachment detached = noted.action() == Action.DETACH ? attachments.remove(noted.object()) : null;
        if (detached != null) {
            report(DmaBufChecks.detached(detached));
        } else if (noted.action() == Action.RESET && noted.entry().is(Circumstance.HOT_RESET)) {
            hotResets.add(noted.object());
        } else if (noted.action() == Action.RESET_DONE) {
            hotResets.remove(noted.object());
        }
    }

    private void report(List<Violation> found) {
        found.forEach(violation -> landings.broken(violation, 1));
    }

    private void check() {
        report(notifications.over(run.kernel().kernel()));
        List<DmaBuf> dmaBufs = run.handles().exported();
        run.watch().checked(ImmutableSet.of(Invariant.LOCK_ORDER), 1);
        report(KernelChecks.lockOrder(run.kernel().kernel()));
        run.watch().checked(DMA_BUF, dmaBufs.size());
        for (DmaBuf dmaBuf : dmaBufs) {
            dmaBuf.attachments().forEach(attachment -> attachments.put(attachment.name(), attachment));
            report(DmaBufChecks.check(dmaBuf));
        }
        for (RdmaNic nic : run.importers().nics()) {
            run.watch().checked(REGION, nic.regions().size());
            report(RegionChecks.check(nic));
        }
        run.exporters().vfio().values().forEach(this::check);
        dmaBufs.forEach(this::checkOrphan);
        run.exporters().gpus().values().forEach(gpu -> {
            run.watch().checked(GPU, 1);
            report(GpuChecks.check(gpu));
        });
    }

    private void check(VfioPci device) {
        if (hotResets.contains(device.name())) {
            run.watch().checked(ImmutableSet.of(Invariant.SET_RESET_TOGETHER), 1);
            report(VfioChecks.underReset(List.of(device)));
        }
        if (!device.isBusy()) {
            run.watch().checked(VFIO, 1);
            report(VfioChecks.check(device));
        }
    }

    /** Closed under a dma-buf, whoever has opened the device since. */
    private void checkOrphan(DmaBuf dmaBuf) {
        run.exporters()
                .vfio(run.exporters().device(dmaBuf))
                .filter(device -> !device.isBusy())
                .filter(device ->
                        dmaBuf.life() == DmaBuf.Life.LIVE && !device.dmaBufs().contains(dmaBuf))
                .ifPresent(device -> {
                    run.watch().checked(ImmutableSet.of(Invariant.USABLE_WHEN_ENABLED), 1);
                    report(VfioChecks.orphan(device, dmaBuf));
                });
    }

    /** Nothing happens any more: who still waits for importers will wait for ever (I-24), because of those who block it. */
    void checkStuck(long at) {
        run.watch().checked(ImmutableSet.of(Invariant.REVOKE_ENDS), 1);
        for (Violation violation : KernelChecks.stuck(run.kernel().kernel())) {
            List<Task<?>> stuck = run.kernel().kernel().waiting().stream()
                    .filter(task -> task.name().equals(violation.object()))
                    .toList();
            List<String> blockers = stuck.stream()
                    .flatMap(task -> task.waitsFor().stream())
                    .flatMap(wait -> wait.blockers().stream())
                    .distinct()
                    .toList();
            OptionalInt line = stuck.stream()
                    .flatMap(task -> run.kernel().line(task.cause()).stream())
                    .mapToInt(Line::event)
                    .findFirst();
            landings.stuck(violation, blockers, at, line);
            if (stuckLine.isEmpty()) {
                stuckLine = line;
            }
        }
        run.watch().checked(ImmutableSet.of(Invariant.REGISTRATIONS_COUNTED), 1);
        run.exporters()
                .vfio()
                .values()
                .forEach(device ->
                        VfioChecks.stuck(device).forEach(violation -> landings.brokenAtEnd(violation, at, stuckLine)));
    }

    /** What nobody holds any more must be gone; once nobody holds anything, everything must (I-38). */
    void checkLeaks(long at) {
        List<DmaBuf> dmaBufs = run.handles().exported();
        List<DmaBuf> unheld =
                dmaBufs.stream().filter(dmaBuf -> !dmaBuf.isHeld()).toList();
        run.watch().checked(ImmutableSet.of(Invariant.NOTHING_LEAKED), unheld.size());
        boolean nobody = unheld.size() == dmaBufs.size();
        KernelChecks.leaked(unheld, nobody ? run.importers().nics() : List.of())
                .forEach(violation -> landings.brokenAtEnd(violation, at, stuckLine));
        List<String> leaks = run.kernel().kernel().journal().objects(Action.LEAK);
        leaks.stream()
                .distinct()
                .forEach(leaked -> landings.brokenAtEnd(
                        new Violation(
                                Invariant.NOTHING_LEAKED,
                                leaked,
                                "%d time(s) something was left that nobody can free"
                                        .formatted(leaks.stream()
                                                .filter(leaked::equals)
                                                .count())),
                        at,
                        OptionalInt.empty()));
    }
}
