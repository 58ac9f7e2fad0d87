package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Errno;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Operation;

/** Plays a timeline: every operation at its time, then the checks that hold between any two of them. */
public final class Replay {
    private final World world;
    private final Engine engine;
    private final Recorder recorder;
    private final InvariantWatch watch;
    private final Handles handles = new Handles();
    private final DmaBufOperations dmaBufs;
    private final AttachmentOperations attachments;
    private final RegionOperations regions;
    private final Ways ways;
    private final TrafficOperations traffic;
    private final AllReduceOperations allReduces;
    private final NvmeOperations nvme;
    private final Transfers transfers;
    private final SendOperations sends;

    public Replay(
            World world, Engine engine, Routing routing, DmaNetwork network, Recorder recorder, InvariantWatch watch) {
        this.world = world;
        this.engine = engine;
        this.recorder = recorder;
        this.watch = watch;
        MachineDmaMap dmaMap = new MachineDmaMap(world);
        Exporters exporters = new Exporters(world, dmaMap);
        TableChecks tables = new TableChecks(exporters, dmaMap, recorder, watch);
        this.dmaBufs = new DmaBufOperations(exporters, handles, recorder, watch);
        this.attachments = new AttachmentOperations(world, exporters, handles, recorder, tables, dmaMap);
        this.ways = new Ways(world, routing);
        HostBuffers buffers = new HostBuffers();
        this.traffic = new TrafficOperations(world, engine, network, recorder, ways, buffers);
        this.allReduces = new AllReduceOperations(engine, network, recorder, ways, traffic);
        this.transfers = new Transfers(
                world,
                engine,
                ways,
                network,
                exporters,
                dmaMap,
                handles,
                recorder,
                watch,
                new WorkQueues(engine, network, ways, buffers));
        this.nvme = new NvmeOperations(
                world, engine, network, recorder, watch, ways, traffic, buffers, handles, exporters, transfers);
        this.regions = new RegionOperations(engine, handles, recorder, attachments, transfers);
        this.sends = new SendOperations(world, engine, recorder, handles, regions, transfers);
    }

    /** Puts the whole timeline on the engine; equal times keep the order of the file. */
    public void schedule() {
        world.plan()
                .timeline()
                .forEach(operation -> engine.at(operation.at(), () -> {
                    perform(operation);
                    checkReferences();
                }));
    }

    /** What user space holds, and held. */
    public Handles handles() {
        return handles;
    }

    public ImmutableList<Note> notes() {
        return ways.notes();
    }

    private void perform(Operation operation) {
        if (operation instanceof Operation.Allocate op) {
            dmaBufs.allocate(op);
        } else if (operation instanceof Operation.Free op) {
            dmaBufs.free(op);
        } else if (operation instanceof Operation.Export op) {
            dmaBufs.export(op);
        } else if (operation instanceof Operation.Close op) {
            dmaBufs.close(op);
        } else if (operation instanceof Operation.Revoke op) {
            dmaBufs.revoke(op);
        } else if (operation instanceof Operation.Move op) {
            dmaBufs.move(op);
        } else if (operation instanceof Operation.Attach op) {
            attachments.attach(op);
        } else if (operation instanceof Operation.Map op) {
            attachments.map(op);
        } else if (operation instanceof Operation.Unmap op) {
            attachments.unmap(op);
        } else if (operation instanceof Operation.Detach op) {
            attachments.detach(op);
        } else if (operation instanceof Operation.RegisterMr op) {
            regions.register(op);
        } else if (operation instanceof Operation.DeregisterMr op) {
            regions.deregister(op);
        } else {
            transfer(operation);
        }
    }

    private void transfer(Operation operation) {
        if (operation instanceof Operation.RdmaRead op) {
            rdma(op.id(), "rdma-read", op.mr(), op.offset(), op.size(), true, op.local());
        } else if (operation instanceof Operation.RdmaWrite op) {
            rdma(op.id(), "rdma-write", op.mr(), op.offset(), op.size(), false, op.local());
        } else if (operation instanceof Operation.RdmaSend op) {
            sends.send(op);
        } else if (operation instanceof Operation.RdmaReceive op) {
            sends.post(op);
        } else if (operation instanceof Operation.DmaRead op) {
            dma(op.id(), "dma-read", op.attachment(), op.offset(), op.size(), true);
        } else if (operation instanceof Operation.DmaWrite op) {
            dma(op.id(), "dma-write", op.attachment(), op.offset(), op.size(), false);
        } else if (operation instanceof Operation.Traffic op) {
            traffic.start(transfers.name(op.id(), "traffic"), op);
        } else if (operation instanceof Operation.AllReduce op) {
            allReduces.start(transfers.name(op.id(), "all-reduce"), op);
        } else if (operation instanceof Operation.NvmeRead op) {
            nvme.start(new NvmeOperations.Commands(
                    transfers.name(op.id(), "nvme-read"),
                    false,
                    op.nvme(),
                    op.to(),
                    op.size(),
                    op.request(),
                    op.depth()));
        } else if (operation instanceof Operation.NvmeWrite op) {
            nvme.start(new NvmeOperations.Commands(
                    transfers.name(op.id(), "nvme-write"),
                    true,
                    op.nvme(),
                    op.from(),
                    op.size(),
                    op.request(),
                    op.depth()));
        } else {
            throw new IllegalArgumentException("no such operation: " + operation);
        }
    }

    private void rdma(
            Optional<String> id,
            String operation,
            String mr,
            long offset,
            long size,
            boolean read,
            Optional<String> local) {
        String lane = transfers.name(id, operation);
        AccessFlag right = read ? AccessFlag.REMOTE_READ : AccessFlag.REMOTE_WRITE;
        Optional<String> error = regions.accessError(mr, right, offset, size);
        if (error.isPresent()) {
            transfers.refused(lane, operation, mr, size, Optional.empty(), "IBV_WC_REM_ACCESS_ERR: " + error.get());
            return;
        }
        Optional<String> localError = local.flatMap(name -> regions.localError(name, read, size));
        if (localError.isPresent()) {
            String why = "IBV_WC_LOC_PROT_ERR: " + localError.get();
            transfers.refused(lane, operation, mr, size, Optional.empty(), why);
            return;
        }
        MemoryRegion region = handles.region(mr).orElseThrow();
        transfers.start(
                new Transfers.Order(
                        lane,
                        operation,
                        mr,
                        region.attachment(),
                        read,
                        size,
                        local.flatMap(end -> transfers.localEnd(end, size))),
                region.segments(offset, size));
    }

    private void dma(Optional<String> id, String operation, String name, long offset, long size, boolean read) {
        String lane = transfers.name(id, operation);
        Optional<Attachment> attachment = handles.attachment(name);
        Optional<SgTable> table = attachment.flatMap(Attachment::mapping);
        if (table.isEmpty()) {
            transfers.refused(lane, operation, name, size, Optional.of(Errno.EINVAL), name + " is not mapped");
        } else if (offset < 0 || size <= 0 || offset + size > table.get().length()) {
            transfers.refused(
                    lane, operation, name, size, Optional.of(Errno.EINVAL), "outside of the mapping of " + name);
        } else {
            transfers.start(
                    new Transfers.Order(lane, operation, name, attachment.orElseThrow(), read, size, Optional.empty()),
                    table.get().slice(offset, size));
        }
    }

    private void checkReferences() {
        handles.dmaBufs().values().stream()
                .flatMap(dmaBuf -> dmaBuf.object().stream())
                .forEach(dmaBuf -> watch.check(
                        Invariant.ATTACHED_MEANS_REFERENCED,
                        dmaBuf.references() >= dmaBuf.attachments().size(),
                        engine.now(),
                        dmaBuf.name(),
                        recorder.newest(),
                        () -> "%s has %d attachment(s) and %d reference(s)"
                                .formatted(dmaBuf.name(), dmaBuf.attachments().size(), dmaBuf.references())));
    }

    /** Once nothing is left to happen: what nobody holds any more must be gone. */
    public void checkLeaks() {
        handles.dmaBufs().values().stream()
                .flatMap(dmaBuf -> dmaBuf.object().stream())
                .filter(dmaBuf -> !dmaBuf.isHeld())
                .forEach(this::checkReleased);
    }

    private void checkReleased(DmaBuf dmaBuf) {
        watch.check(
                Invariant.NOTHING_LEAKED,
                dmaBuf.isReleased(),
                engine.now(),
                dmaBuf.name(),
                recorder.newest(),
                () -> "%s is held by nobody and still has %d reference(s)"
                        .formatted(dmaBuf.name(), dmaBuf.references()));
    }
}
