package org.p2psim.run.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.platform.Errno;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Operation;

/** Memory regions over dma-bufs, and the RDMA that peers do through them. */
final class RegionOperations {
    private final Engine engine;
    private final Handles handles;
    private final Recorder recorder;
    private final AttachmentOperations attachments;
    private final Transfers transfers;

    RegionOperations(
            Engine engine, Handles handles, Recorder recorder, AttachmentOperations attachments, Transfers transfers) {
        this.engine = engine;
        this.handles = handles;
        this.recorder = recorder;
        this.attachments = attachments;
        this.transfers = transfers;
    }

    void register(Operation.RegisterMr op) {
        List<MemoryRegion.Step> steps = new ArrayList<>();
        Reply<MemoryRegion> reply = attachments
                .importer(op.nic())
                .then(importer -> handles.exported(op.dmaBuf())
                        .then(dmaBuf -> MemoryRegion.register(request(op, dmaBuf), dmaBuf, importer, steps::add)));
        recorder.reply(op.at(), op.mr(), "register-mr", reply, region -> "%s by %s".formatted(op.dmaBuf(), op.nic()));
        handles.regions().put(op.mr(), UserObject.of(reply));
        steps.forEach(step -> recorder.effect(op.at(), op.mr(), step.what(), step.detail()));
        if (reply instanceof Reply.Done<MemoryRegion> done) {
            SgTable table = done.value().attachment().mapping().orElseThrow();
            attachments.mapped(op.at(), op.mr(), done.value().attachment(), table);
        }
    }

    private static MemoryRegion.Request request(Operation.RegisterMr op, DmaBuf dmaBuf) {
        return new MemoryRegion.Request(
                op.mr(),
                op.offset(),
                op.length().orElse(dmaBuf.size() - op.offset()),
                op.iova().orElse(op.offset()),
                op.access());
    }

    /** The NIC stops using the region first: what it has on the wire comes to its end before the pages are unmapped. */
    void deregister(Operation.DeregisterMr op) {
        Optional<MemoryRegion> region = handles.region(op.mr()).filter(MemoryRegion::isRegistered);
        if (region.isEmpty()) {
            recorder.refused(
                    op.at(),
                    op.mr(),
                    "deregister-mr",
                    Optional.of(Errno.EINVAL),
                    "%s is not registered".formatted(op.mr()));
            return;
        }
        int event = recorder.done(op.at(), op.mr(), "deregister-mr", "waits for DMA in flight");
        transfers.stop(op.mr(), () -> {
            region.get().deregister();
            recorder.end(event, engine.now(), "unmapped, detached, reference dropped");
        });
    }

    /** Why a NIC refuses its own use of a region, if it does: to write into it takes a right, to read from it none. */
    Optional<String> localError(String mr, boolean write, long size) {
        return localError(mr, write, 0, size);
    }

    /** The same of a part of it. */
    Optional<String> localError(String mr, boolean write, long offset, long size) {
        AccessFlag right = AccessFlag.LOCAL_WRITE;
        return handles.region(mr)
                .map(region -> write ? region.accessError(right, offset, size) : region.rangeError(offset, size))
                .orElseGet(() -> Optional.of("%s is not registered".formatted(mr)));
    }

    /** Why the NIC refuses a peer's access to a region, if it does. */
    Optional<String> accessError(String mr, AccessFlag right, long offset, long size) {
        return handles.region(mr)
                .map(region -> region.accessError(right, offset, size))
                .orElseGet(() -> Optional.of("the key of %s is not valid".formatted(mr)));
    }
}
