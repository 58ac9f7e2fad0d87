package org.p2psim.run.replay;

import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.DmaBufOperation;

/** What an importing driver does with a dma-buf, step by step. */
final class AttachmentOperations {
    private final World world;
    private final Exporters exporters;
    private final Handles handles;
    private final Recorder recorder;
    private final TableChecks tables;

    AttachmentOperations(World world, Exporters exporters, Handles handles, Recorder recorder, TableChecks tables) {
        this.world = world;
        this.exporters = exporters;
        this.handles = handles;
        this.recorder = recorder;
        this.tables = tables;
    }

    /** The importing side of a device; refused if the deciding kernel has no such device. */
    Reply<Importer> importer(String name) {
        Optional<Bdf> address = world.seenAddress(name);
        if (address.isEmpty()) {
            return Reply.refused(Errno.ENODEV, "%s is not in this machine".formatted(name));
        }
        Device device = world.device(name);
        boolean dynamic = device.importer().orElseThrow() != Device.Importer.STATIC;
        return Reply.done(new Importer(
                name, address.get(), dynamic, dynamic, device.maxSegmentSize().orElseThrow()));
    }

    void attach(DmaBufOperation.Attach op) {
        Reply<Attachment> reply = importer(op.importer())
                .then(importer -> handles.exported(op.dmaBuf())
                        .then(DmaBuf::get)
                        .then(held -> {
                            Reply<Attachment> attached = held.attach(importer);
                            if (attached instanceof Reply.Refused<Attachment>) {
                                held.put();
                            }
                            return attached;
                        }));
        recorder.reply(
                op.at(),
                op.attachment(),
                "attach",
                reply,
                attachment -> "%s to %s, peer2peer %s"
                        .formatted(op.importer(), op.dmaBuf(), attachment.peer2peer() ? "kept" : "cleared"));
        handles.attachments().put(op.attachment(), UserObject.of(reply));
    }

    void map(DmaBufOperation.Map op) {
        Reply<Attachment> attached = attachment(op.attachment(), false);
        Reply<SgTable> reply = attached.then(Attachment::mapUnlocked);
        recorder.reply(op.at(), op.attachment(), "map", reply, AttachmentOperations::summary);
        if (reply instanceof Reply.Done<SgTable> done && attached instanceof Reply.Done<Attachment> to) {
            mapped(op.at(), op.attachment(), to.value(), done.value());
        }
    }

    /** A table was handed out: it is kept for the report and checked. */
    void mapped(long at, String owner, Attachment attachment, SgTable table) {
        DmaBuf dmaBuf = attachment.dmaBuf();
        recorder.sgTable(new SgTableOutcome(
                owner,
                dmaBuf.name(),
                at,
                addresses(attachment.importer().name()),
                table.entries().stream()
                        .map(entry -> new SgTableOutcome.Entry(entry.address(), entry.length()))
                        .toList()));
        tables.check(at, owner, attachment, table);
    }

    private SgTableOutcome.Addresses addresses(String importer) {
        if (!world.translates(importer)) {
            return SgTableOutcome.Addresses.PHYSICAL;
        }
        return world.guest().isPresent() ? SgTableOutcome.Addresses.GUEST_PHYSICAL : SgTableOutcome.Addresses.IOVA;
    }

    static String summary(SgTable table) {
        int entries = table.entries().size();
        return "%d entr%s, the first at 0x%x"
                .formatted(
                        entries,
                        entries == 1 ? "y" : "ies",
                        table.entries().get(0).address());
    }

    void unmap(DmaBufOperation.Unmap op) {
        Reply<Attachment> reply = attachment(op.attachment(), true).then(Attachment::unmapUnlocked);
        recorder.reply(op.at(), op.attachment(), "unmap", reply, done -> "the addresses are given back");
    }

    void detach(DmaBufOperation.Detach op) {
        Reply<Attachment> reply = attachment(op.attachment(), false).then(attachment -> {
            attachment.dmaBuf().detach(attachment);
            attachment.dmaBuf().put();
            return Reply.done(attachment);
        });
        recorder.reply(
                op.at(),
                op.attachment(),
                "detach",
                reply,
                attachment ->
                        "%d reference(s) left".formatted(attachment.dmaBuf().references()));
    }

    /** An attachment that is still attached and has, or has not, a mapping. */
    private Reply<Attachment> attachment(String name, boolean isMapped) {
        Optional<Attachment> attachment = handles.attachment(name)
                .filter(found -> found.dmaBuf().attachments().contains(found));
        if (attachment.isEmpty()) {
            return Reply.refused(Errno.EINVAL, "%s is not attached".formatted(name));
        }
        if (attachment.get().mapping().isPresent() != isMapped) {
            return Reply.refused(Errno.EINVAL, "%s is %s".formatted(name, isMapped ? "not mapped" : "still mapped"));
        }
        return Reply.done(attachment.get());
    }
}
