package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.kernel.Choices;
import org.p2psim.run.kernel.KernelRun;
import org.p2psim.run.kernel.Line;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.CpuOperation;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.scenario.IommufdOperation;
import org.p2psim.scenario.Lifetimes;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.scenario.NvmeOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.scenario.VmaOperation;

/** Plays a timeline: every operation at its time, then the checks that hold between any two of them. */
public final class Replay {
    private final RunState run;
    private final DeviceUsers users;
    private final Ways ways;
    private final Landings landings;
    private final StateChecks checks;
    private Optional<ObjectStates> states = Optional.empty();
    private final DmaBufOperations dmaBufs;
    private final AttachmentOperations attachments;
    private final MemoryOperations memory;
    private final DeviceOperations devices;
    private final RegionOperations regions;
    private final QueuePairs queuePairs;
    private final TrafficOperations traffic;
    private final AllReduceOperations allReduces;
    private final NvmeOperations nvme;
    private final Transfers transfers;
    private final SendOperations sends;
    private final NvmeTokens tokens;
    private final CpuOperations cpu;
    private final IommufdOperations iommufd;
    private final SoftwareRdmaOperations softwareRdma;
    private final DrmOperations drm;
    private final VmaOperations vmas;
    private final VmaTransfers vmaTransfers;

    /** @param choices what to do where the timeline leaves it open */
    public Replay(
            World world,
            Engine engine,
            Routing routing,
            DmaNetwork network,
            Recorder recorder,
            InvariantWatch watch,
            Choices choices) {
        Lifetimes lifetimes = world.plan().lifetimes();
        Kernel kernel = new Kernel(lifetimes.core(), lifetimes.bugs());
        KernelRun kernelRun = new KernelRun(kernel, engine, recorder, choices);
        MachineDmaMap dmaMap = new MachineDmaMap(world);
        OwnedMemory owned = new OwnedMemory();
        HostBuffers buffers = new HostBuffers();
        Exporters exporters = new Exporters(world, dmaMap, kernel, owned, buffers);
        this.run = new RunState(
                world,
                engine,
                network,
                recorder,
                watch,
                kernelRun,
                dmaMap,
                exporters,
                new Importers(world, kernelRun),
                new Handles(),
                owned);
        this.users = new DeviceUsers(exporters);
        this.ways = new Ways(world, routing);
        this.landings = new Landings(run, new Causes(run));
        this.checks = new StateChecks(run, landings);
        new Tables(run);
        GpuMemory gpuMemory = new GpuMemory(owned, exporters.gpus());
        new DeviceTimes(world, kernelRun, exporters, gpuMemory);
        new GuessedDescriptors(run, choices);
        this.dmaBufs = new DmaBufOperations(run, users);
        this.softwareRdma = new SoftwareRdmaOperations(run);
        this.attachments = new AttachmentOperations(run, softwareRdma, landings);
        this.memory = new MemoryOperations(run, gpuMemory, users, landings);
        this.devices = new DeviceOperations(run, users, landings, ways);
        this.regions = new RegionOperations(run);
        Issuers issuers = new Issuers(run);
        this.traffic = new TrafficOperations(run, ways, buffers, landings, issuers);
        this.allReduces = new AllReduceOperations(run, ways, traffic);
        this.transfers = new Transfers(run, ways, landings, new WorkQueues(engine, network, ways, buffers));
        this.queuePairs = new QueuePairs(run, transfers, landings);
        this.nvme = new NvmeOperations(run, ways, traffic, buffers, transfers, landings, issuers);
        this.sends = new SendOperations(run, landings, transfers, queuePairs);
        this.tokens = new NvmeTokens(run, nvme);
        this.cpu = new CpuOperations(run);
        this.iommufd = new IommufdOperations(run);
        this.drm = new DrmOperations(run, landings);
        this.vmas = new VmaOperations(run, landings);
        this.vmaTransfers = new VmaTransfers(run, ways, transfers, landings);
    }

    /** Puts the whole timeline on the engine; equal times keep the order of the file. */
    public void schedule() {
        List<Operation> timeline = run.world().plan().timeline();
        for (int i = 0; i < timeline.size(); i++) {
            int number = i;
            run.engine().at(timeline.get(i).at(), () -> {
                run.recorder().causedBy(number);
                perform(number, timeline.get(number));
                run.kernel().settle();
            });
        }
    }

    /** What user space holds, and held. */
    public Handles handles() {
        return run.handles();
    }

    public Exporters exporters() {
        return run.exporters();
    }

    public DeviceUsers users() {
        return users;
    }

    /** What became of the DMA that goes through mappings, and of what users read. */
    public Landings landings() {
        return landings;
    }

    /** The threads that lines of the timeline are. */
    public KernelRun kernel() {
        return run.kernel();
    }

    /** Where DMA landed; empty unless the scenario is about lifetimes. */
    public ImmutableList<LandingOutcome> landed() {
        return Followed.by(run.world().plan()) ? landings.outcomes() : ImmutableList.of();
    }

    /** From now on the states that objects go through are written down. */
    public void followObjects() {
        states = Optional.of(new ObjectStates(run, landings));
    }

    /** The states that objects went through, until the end of the run; empty unless they were followed. */
    public ImmutableList<ObjectOutcome> objects(long end) {
        return states.map(each -> each.outcomes(end)).orElse(ImmutableList.of());
    }

    public ImmutableList<Note> notes() {
        return ways.notes();
    }

    private void perform(int number, Operation operation) {
        if (operation instanceof DmaBufOperation op) {
            dmaBuf(number, op);
        } else if (operation instanceof MemoryOperation op) {
            memory(number, op);
        } else if (operation instanceof DeviceOperation op) {
            device(number, op);
        } else if (operation instanceof RdmaOperation op) {
            rdma(number, op);
        } else if (operation instanceof DmaOperation op) {
            dma(number, op);
        } else if (operation instanceof NvmeOperation op) {
            nvme(number, op);
        } else if (operation instanceof CpuOperation op) {
            cpu.perform(number, op);
        } else if (operation instanceof IommufdOperation op) {
            iommufd.perform(number, op);
        } else if (operation instanceof VmaOperation op) {
            vmas.perform(number, op);
        }
    }

    private void dmaBuf(int number, DmaBufOperation operation) {
        if (operation instanceof DmaBufOperation.Export op) {
            dmaBufs.export(number, op);
        } else if (operation instanceof DmaBufOperation.Close op) {
            dmaBufs.close(number, op);
        } else if (operation instanceof DmaBufOperation.Revoke op) {
            dmaBufs.revoke(number, op);
        } else if (operation instanceof DmaBufOperation.Move op) {
            dmaBufs.move(number, op);
        } else if (operation instanceof DmaBufOperation.Attach op) {
            attachments.attach(number, op);
        } else if (operation instanceof DmaBufOperation.Pin op) {
            attachments.pin(number, op);
        } else if (operation instanceof DmaBufOperation.Map op) {
            attachments.map(number, op);
        } else if (operation instanceof DmaBufOperation.Unmap op) {
            attachments.unmap(number, op);
        } else if (operation instanceof DmaBufOperation.Unpin op) {
            attachments.unpin(number, op);
        } else if (operation instanceof DmaBufOperation.Detach op) {
            attachments.detach(number, op);
        }
    }

    private void memory(int number, MemoryOperation operation) {
        if (operation instanceof MemoryOperation.Allocate op) {
            memory.allocate(number, op);
        } else if (operation instanceof MemoryOperation.Free op) {
            memory.free(number, op);
        } else if (operation instanceof MemoryOperation.Evict op) {
            memory.evict(number, op);
        } else if (operation instanceof MemoryOperation.Defragment op
                && op.handle().isPresent()) {
            memory.defragment(number, op.handle().get());
        } else if (operation instanceof MemoryOperation.Defragment op) {
            vmas.defragment(number, op.vma().orElseThrow());
        } else if (operation instanceof MemoryOperation.WriteMemory op) {
            memory.write(number, op);
        } else if (operation instanceof MemoryOperation.ReadMemory op) {
            memory.read(number, op);
        } else if (operation instanceof MemoryOperation.Assign op) {
            memory.assign(number, op);
        }
    }

    private void device(int number, DeviceOperation operation) {
        if (operation instanceof DeviceOperation.OpenDevice op) {
            devices.open(number, op);
        } else if (operation instanceof DeviceOperation.CloseDevice op) {
            devices.close(number, op);
        } else if (operation instanceof DeviceOperation.Reset op) {
            devices.reset(number, op);
        } else if (operation instanceof DeviceOperation.HotReset op) {
            devices.hotReset(number, op);
        } else if (operation instanceof DeviceOperation.WriteMemoryEnable op) {
            devices.writeMemoryEnable(number, op);
        } else if (operation instanceof DeviceOperation.LowPower op) {
            devices.lowPower(number, op);
        } else if (operation instanceof DeviceOperation.Unbind op) {
            devices.unbind(number, op);
        } else if (operation instanceof DeviceOperation.Unplug op && vmas.exports(op.device())) {
            vmas.unplug(number, op);
        } else if (operation instanceof DeviceOperation.Unplug op) {
            devices.unplug(number, op);
        } else if (operation instanceof DeviceOperation.SetMaster op) {
            drm.set(number, op);
        } else if (operation instanceof DeviceOperation.DropMaster op) {
            drm.drop(number, op);
        } else if (operation instanceof DeviceOperation.DrmIoctl op) {
            drm.ioctl(number, op);
        }
    }

    private void rdma(int number, RdmaOperation operation) {
        if (operation instanceof RdmaOperation.RegisterMr op && softwareRdma.is(op.nic())) {
            softwareRdma.register(number, op);
        } else if (operation instanceof RdmaOperation.RegisterMr op) {
            regions.register(number, op);
        } else if (operation instanceof RdmaOperation.DeregisterMr op) {
            regions.deregister(number, op);
        } else if (operation instanceof RdmaOperation.RevokeMr op) {
            regions.revoke(number, op);
        } else if (operation instanceof RdmaOperation.CreateQp op) {
            queuePairs.create(number, op);
        } else if (operation instanceof RdmaOperation.Remote op) {
            boolean read = op instanceof RdmaOperation.RdmaRead;
            Line line = transfers.line(number, op.id(), read ? "rdma-read" : "rdma-write");
            queuePairs.post(new QueuePairs.Access(
                    line, op.mr(), op.offset(), op.size(), read, true, op.qp(), op.requester(), op.local()));
        } else if (operation instanceof RdmaOperation.RdmaSend op) {
            sends.send(number, op);
        } else if (operation instanceof RdmaOperation.RdmaReceive op) {
            sends.post(number, op);
        } else if (operation instanceof RdmaOperation.LocalAccess op) {
            Line line = transfers.line(number, op.id(), "local-access");
            queuePairs.post(new QueuePairs.Access(
                    line,
                    op.mr(),
                    op.offset(),
                    op.size(),
                    !op.write(),
                    false,
                    op.qp(),
                    Optional.empty(),
                    Optional.empty()));
        }
    }

    private void dma(int number, DmaOperation operation) {
        if (operation instanceof DmaOperation.OfMapping op) {
            boolean read = op instanceof DmaOperation.DmaRead;
            Line line = transfers.line(number, op.id(), read ? "dma-read" : "dma-write");
            dma(line, op.attachment(), op.offset(), op.size(), read);
        } else if (operation instanceof DmaOperation.Traffic op) {
            traffic.start(number, transfers.line(number, op.id(), "traffic").lane(), op);
        } else if (operation instanceof DmaOperation.AllReduce op) {
            allReduces.start(transfers.line(number, op.id(), "all-reduce"), op);
        }
    }

    private void dma(Line line, String name, long offset, long size, boolean read) {
        Optional<VmaMapping> vma = vmas.mapping(name);
        if (vma.isPresent()) {
            vmaTransfers.start(line, vma.get(), offset, size, read);
            return;
        }
        run.kernel().begin(line, "");
        Optional<Attachment> attachment = run.handles().attachment(name);
        Optional<SgTable> table = attachment.flatMap(Attachment::inDevice);
        if (table.isEmpty()) {
            transfers.refused(line, name, size, Optional.of(Errno.EINVAL), name + " is not mapped");
        } else if (offset < 0 || size <= 0 || size > table.get().length() - offset) {
            transfers.refused(line, name, size, Optional.of(Errno.EINVAL), "outside of the mapping of " + name);
        } else {
            Attachment found = attachment.orElseThrow();
            ImmutableList<SgTable.Entry> segments = table.get().slice(offset, size);
            Transfer transfer = transfers.begin(
                    new Transfers.Order(
                            line,
                            name,
                            found,
                            Optional.empty(),
                            read,
                            size,
                            Optional.empty(),
                            found.importer().name()),
                    segments);
            transfers.issue(transfer, segments, transfer::finish);
        }
    }

    private void nvme(int number, NvmeOperation operation) {
        if (operation instanceof NvmeOperation.Commands op) {
            boolean write = op instanceof NvmeOperation.NvmeWrite;
            Line line = transfers.line(number, op.id(), write ? "nvme-write" : "nvme-read");
            nvme(new NvmeOperations.Commands(line, write, op.nvme(), op.memory(), op.size(), op.request(), op.depth()));
        } else if (operation instanceof NvmeOperation.RegisterToken op) {
            tokens.register(number, op);
        } else if (operation instanceof NvmeOperation.UnregisterToken op) {
            tokens.unregister(number, op);
        }
    }

    private void nvme(NvmeOperations.Commands commands) {
        if (tokens.has(commands.memory())) {
            tokens.start(commands);
        } else {
            nvme.start(commands);
        }
    }

    /** Nothing is left to happen: who waits now waits for ever, and what nobody holds any more must be gone. */
    public void end(long at) {
        queuePairs.end();
        run.kernel().end(at);
        checks.checkStuck(at);
        checks.checkLeaks(at);
    }
}
