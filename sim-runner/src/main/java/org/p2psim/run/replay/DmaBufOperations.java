package org.p2psim.run.replay;

import java.util.Optional;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.invariant.Invariant;
import org.p2psim.platform.Errno;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.unit.Bytes;

/** What the exporting process does: device memory and dma-bufs of it. */
final class DmaBufOperations {
    private final Exporters exporters;
    private final Handles handles;
    private final Recorder recorder;
    private final InvariantWatch watch;

    DmaBufOperations(Exporters exporters, Handles handles, Recorder recorder, InvariantWatch watch) {
        this.exporters = exporters;
        this.handles = handles;
        this.recorder = recorder;
        this.watch = watch;
    }

    void allocate(MemoryOperation.Allocate op) {
        Reply<String> reply = driver(op.from())
                .then(driver -> op.size().isPresent()
                        ? driver.allocate(
                                op.handle(),
                                op.size().getAsLong(),
                                op.pageSize().orElse(Kernel.PAGE_SIZE))
                        : driver.allocate(op.handle(), op.pages(), op.pageSize().orElse(Kernel.PAGE_SIZE)));
        recorder.reply(op.at(), op.handle(), "allocate", reply, done -> "pages of " + op.from());
    }

    void free(MemoryOperation.Free op) {
        Optional<Habanalabs> driver = exporters.owner(op.handle());
        int exported = driver.map(owner -> owner.exportingCount(op.handle())).orElse(0);
        Reply<String> reply = driver.map(owner -> owner.free(op.handle()))
                .orElseGet(() -> Reply.refused(Errno.EINVAL, "handle %s is unknown".formatted(op.handle())));
        recorder.reply(op.at(), op.handle(), "free", reply, done -> "device memory is free again");
        watch.check(
                Invariant.EXPORT_COUNT,
                exported == 0 || reply instanceof Reply.Refused<String>,
                op.at(),
                op.handle(),
                recorder.newest(),
                () -> "%s was freed while %d dma-buf(s) show it".formatted(op.handle(), exported));
    }

    void export(DmaBufOperation.Export op) {
        Reply<DmaBuf> reply = driver(op.from())
                .then(driver -> op.handle().isPresent()
                        ? driver.exportByHandle(op.dmaBuf(), op.handle().get())
                        : driver.exportByAddress(
                                op.dmaBuf(),
                                op.address().orElseThrow(),
                                op.size().orElseThrow()));
        recorder.reply(
                op.at(),
                op.dmaBuf(),
                "export",
                reply,
                dmaBuf -> "%s of %s".formatted(Bytes.format(dmaBuf.size()), op.from()));
        handles.dmaBufs().put(op.dmaBuf(), UserObject.of(reply));
    }

    void close(DmaBufOperation.Close op) {
        Reply<DmaBuf> reply = handles.exported(op.dmaBuf()).then(DmaBuf::close);
        recorder.reply(
                op.at(),
                op.dmaBuf(),
                "close",
                reply,
                dmaBuf -> dmaBuf.isReleased()
                        ? "the last reference is gone: released"
                        : "descriptor closed; %d reference(s) keep it".formatted(dmaBuf.references()));
    }

    void revoke(DmaBufOperation.Revoke op) {
        recorder.reply(op.at(), op.dmaBuf(), "revoke", pinned(op.dmaBuf(), "revoked"), done -> "");
    }

    void move(DmaBufOperation.Move op) {
        recorder.reply(op.at(), op.dmaBuf(), "move", pinned(op.dmaBuf(), "moved"), done -> "");
    }

    /** Every exporter of this version pins its memory for good. */
    private Reply<DmaBuf> pinned(String name, String verb) {
        return handles.exported(name)
                .then(dmaBuf -> Reply.refused(
                        Errno.EOPNOTSUPP, "habanalabs pins its memory and has no move_notify: it cannot be " + verb));
    }

    private Reply<Habanalabs> driver(String device) {
        Optional<Habanalabs> driver = exporters.find(device);
        return driver.isPresent()
                ? Reply.done(driver.get())
                : Reply.refused(Errno.ENODEV, "%s is not in this machine".formatted(device));
    }
}
