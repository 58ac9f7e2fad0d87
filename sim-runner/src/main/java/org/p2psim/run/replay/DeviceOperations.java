package org.p2psim.run.replay;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.HabanalabsFile;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.OwnershipChecks;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.DeviceOperation;

/** What happens to devices: users open and close them, they are reset, go to sleep, are unbound. */
final class DeviceOperations {
    private final RunState run;
    private final DeviceUsers users;
    private final Landings landings;
    private final Ways ways;

    DeviceOperations(RunState run, DeviceUsers users, Landings landings, Ways ways) {
        this.run = run;
        this.users = users;
        this.landings = landings;
        this.ways = ways;
    }

    void open(int number, DeviceOperation.OpenDevice op) {
        List<DmaBuf> before = run.exporters().live(op.device());
        run.kernel()
                .start(
                        new Line(number, op.device(), "open-device"),
                        () -> opened(op.device(), op.user()),
                        user -> user + " has it open",
                        reply -> {
                            if (reply instanceof Reply.Done<String>) {
                                users.opened(op.device(), op.user());
                                run.exporters()
                                        .habanalabs(op.device())
                                        .ifPresent(driver -> checkOwner(op, driver, before));
                            }
                        });
    }

    private Reply<String> opened(String device, String user) {
        Optional<HabanalabsFile> file = run.exporters().habanalabs(device).map(Habanalabs::file);
        if (file.isPresent()) {
            return file.get().open(user);
        }
        return vfio(device)
                .then(driver -> driver.open().then(open -> {
                    driver.bars().values().forEach(bar -> run.memory().assign(bar, user));
                    return Reply.done(user);
                }));
    }

    /** I-23: no dma-buf of those before lives, and the memory is cleared if the driver says so. */
    private void checkOwner(DeviceOperation.OpenDevice op, Habanalabs driver, List<DmaBuf> before) {
        run.watch().checked(ImmutableSet.of(Invariant.ONE_OWNER), 1);
        boolean scrubs = run.world().device(op.device()).scrub();
        OwnershipChecks.opened(before, run.memory(), driver.bar(), scrubs)
                .forEach(violation -> landings.broken(violation, 1));
        Set<String> left = Sets.difference(run.memory().read(driver.bar()), Set.of(op.user()));
        if (!scrubs && !left.isEmpty()) {
            ways.caution(
                    "%s finds data of %s in the memory of %s, which is not cleared between its users (scrub: false)"
                            .formatted(op.user(), String.join(", ", left), op.device()));
        }
    }

    void close(int number, DeviceOperation.CloseDevice op) {
        run.kernel()
                .start(
                        new Line(number, op.device(), "close-device"),
                        () -> closed(op),
                        user -> user + " has closed it",
                        reply -> {});
    }

    private Reply<String> closed(DeviceOperation.CloseDevice op) {
        Optional<String> user = users.user(op.device());
        if (user.isEmpty()
                || op.user().filter(named -> !user.get().equals(named)).isPresent()) {
            return Reply.refused(
                    Errno.EBADF, "%s has not opened it".formatted(op.user().orElse("nobody")));
        }
        Optional<HabanalabsFile> file = run.exporters().habanalabs(op.device()).map(Habanalabs::file);
        if (file.isPresent()) {
            users.closed(op.device());
            return file.get().close();
        }
        return vfio(op.device()).then(driver -> {
            users.closed(op.device());
            return driver.close().then(closed -> {
                driver.bars().values().forEach(landings::closed);
                return Reply.done(user.get());
            });
        });
    }

    private Reply<VfioPci> vfio(String device) {
        return run.exporters()
                .vfio(device)
                .<Reply<VfioPci>>map(Reply::done)
                .orElseGet(() -> Reply.refused(
                        run.world().seenAddress(device).isPresent() ? Errno.EOPNOTSUPP : Errno.ENODEV,
                        "%s has no driver here that does this".formatted(device)));
    }

    private Reply<VfioPci> openVfio(String device) {
        return vfio(device)
                .then(driver -> driver.isOpen()
                        ? Reply.done(driver)
                        : Reply.refused(Errno.EBADF, "%s is not open".formatted(device)));
    }

    void reset(int number, DeviceOperation.Reset op) {
        Line line = new Line(number, op.device(), "reset");
        Optional<HabanalabsFile> file = run.exporters().habanalabs(op.device()).map(Habanalabs::file);
        if (file.isPresent()) {
            start(line, file.get()::reset, "it answers again");
        } else {
            onOpen(line, VfioPci::reset, "it answers again");
        }
    }

    void writeMemoryEnable(int number, DeviceOperation.WriteMemoryEnable op) {
        onOpen(
                new Line(number, op.device(), "write-memory-enable"),
                driver -> driver.writeMemoryEnable(op.enable()),
                op.enable() ? "memory is enabled" : "memory is disabled");
    }

    void lowPower(int number, DeviceOperation.LowPower op) {
        onOpen(
                new Line(number, op.device(), "low-power"),
                driver -> driver.setLowPower(op.enter()),
                op.enter() ? "it sleeps" : "it is awake");
    }

    private void onOpen(Line line, Function<VfioPci, Reply<VfioPci>> what, String done) {
        start(line, () -> openVfio(line.lane()).then(what), done);
    }

    private <T> void start(Line line, Supplier<Reply<T>> what, String done) {
        run.kernel().start(line, what, value -> done, reply -> {});
    }

    void hotReset(int number, DeviceOperation.HotReset op) {
        start(
                new Line(number, op.device(), "hot-reset"),
                () -> openVfio(op.device())
                        .then(driver -> run.exporters()
                                .deviceSet(op.device())
                                .orElseThrow()
                                .hotReset(op.ownsAll().orElse(true))),
                "the whole set answers again");
    }

    void unbind(int number, DeviceOperation.Unbind op) {
        start(
                new Line(number, op.device(), "unbind"),
                () -> vfio(op.device()).then(VfioPci::unbind).then(unbound -> {
                    run.exporters().gone(op.device());
                    return Reply.done(unbound);
                }),
                "its driver has let go");
    }

    /** The function answers no more; its driver has still to let go of it. */
    void unplug(int number, DeviceOperation.Unplug op) {
        start(
                new Line(number, op.device(), "unplug"),
                () -> {
                    run.exporters().gone(op.device());
                    run.exporters()
                            .habanalabs(op.device())
                            .ifPresent(driver -> driver.file().unplug());
                    return run.exporters().vfio(op.device()).isPresent()
                            ? vfio(op.device()).then(VfioPci::unbind).then(unbound -> Reply.done(op.device()))
                            : Reply.done(op.device());
                },
                "it is gone");
    }
}
