package org.p2psim.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.importer;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Exporter;
import org.p2psim.dmabuf.ExporterOp;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.FenceUsage;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.MoveNotify;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.GpuBuffer.Flag;
import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/** Drivers that use the interfaces wrongly, where no driver of a profile does: the checks see it. */
class MisuseTest {
    private static final AddressRange BAR = new AddressRange(0x3900_0000_0000L, Bytes.MIB);
    private static final AddressRange SYSTEM = new AddressRange(0x1_0000_0000L, 4 * Bytes.GIB);

    private final Machine machine = new Machine(Machine.ALLOWED, "7.1", Set.of());

    private VfioPci vfio(Machine in, VfioProfile profile) {
        return new VfioPci(
                "n0", Machine.EXPORTER, Map.of(0, BAR), in.p2pdma(), Machine.identity(), profile, in.kernel());
    }

    private DmaBuf bar() {
        return done(vfio(machine, VfioProfile.V7_1).export("d", 0, 0, BAR.size()));
    }

    /** With a window of 1 MiB, and no more VRAM. */
    private Gpu gpu() {
        return new Gpu(
                Machine.EXPORTER,
                BAR,
                BAR.size(),
                SYSTEM,
                machine.p2pdma(),
                Machine.identity(),
                GpuProfile.of(GpuProfile.Driver.AMDGPU, KernelRelease.parse("7.1")),
                machine.kernel());
    }

    private static List<Invariant> broken(List<Violation> found) {
        return found.stream().map(Violation::invariant).distinct().toList();
    }

    /** The only one. */
    private static Violation broken(List<Violation> found, Invariant invariant) {
        assertThat(found).extracting(Violation::invariant).containsExactly(invariant);
        return found.get(0);
    }

    private <T> T locked(DmaBuf dmaBuf, String what, Supplier<Reply<T>> body) {
        return machine.run(what, () -> dmaBuf.reservation().lock().around(body));
    }

    /** I-18 and I-36: the pin of one importer is dropped by another, and the memory moves under the first. */
    @Test
    void memoryMovesUnderAPinThatSomebodyElseTookBack() {
        Gpu gpu = gpu();
        GpuBuffer buffer = done(gpu.create("bo", Bytes.MIB, Set.of(Flag.PREFERS_VRAM)));
        DmaBuf dmaBuf = done(gpu.export(buffer, "d"));
        Attachment pinned = done(dmaBuf.attach(importer(0)));
        Attachment other = done(dmaBuf.attach(importer(1)));
        locked(dmaBuf, "pin", pinned::pin);
        machine.run("evict", () -> gpu.evict(buffer));
        assertThat(GpuChecks.check(gpu)).isEmpty();

        locked(dmaBuf, "unpin", () -> {
            other.unpin();
            return Reply.done(other);
        });
        assertThat(broken(GpuChecks.check(gpu))).containsExactly(Invariant.PINNED_CHARGED);
        machine.run("evict", () -> gpu.evict(buffer));
        assertThat(broken(GpuChecks.check(gpu))).containsExactly(Invariant.PINNED_CHARGED, Invariant.PINNED_STAYS);
    }

    /** I-10: the copy of a move is called done while an importer still uses the old memory. */
    @Test
    void aBlockThatIsTakenWhileAnImporterUsesItIsReusedTooEarly() {
        Gpu gpu = gpu();
        GpuBuffer buffer = done(gpu.create("bo", Bytes.MIB, Set.of(Flag.PREFERS_VRAM)));
        DmaBuf dmaBuf = done(gpu.export(buffer, "d"));
        Fence use = new Fence("a transfer through the old mapping");
        MoveNotify fences = told -> {
            told.dmaBuf().reservation().add(use, FenceUsage.BOOKKEEP);
            return Reply.done(told);
        };
        done(dmaBuf.attach(importer(0), Optional.of(fences)));
        machine.run("evict", () -> gpu.evict(buffer));
        assertThat(gpu.copies()).as("copies that may begin").isEmpty();

        gpu.begun().forEach(move -> move.copy().signal());
        assertThat(GpuChecks.check(gpu)).isEmpty();
        done(gpu.create("next", Bytes.MIB, Set.of(Flag.PREFERS_VRAM)));
        assertThat(broken(GpuChecks.check(gpu), Invariant.REUSE_WAITS).object()).isEqualTo("d");
    }

    /** A reader on the CPU looks at the pin when it has the lock, not before. */
    @Test
    void aReaderThatWaitedForAPinDoesNotMoveWhatIsPinned() {
        Gpu gpu = gpu();
        GpuBuffer buffer = done(gpu.create("bo", Bytes.MIB, Set.of(Flag.PREFERS_VRAM)));
        DmaBuf dmaBuf = done(gpu.export(buffer, "d"));
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        Fence slow = new Fence("whoever pins is slow");
        machine.start(
                "pin",
                () -> dmaBuf.reservation().lock().around(() -> {
                    dmaBuf.reservation().add(slow, FenceUsage.BOOKKEEP);
                    return dmaBuf.reservation().whenSignalled(FenceUsage.BOOKKEEP, attachment::pin);
                }));
        var reader = machine.start("read", () -> dmaBuf.cpuAccess().begin(false));
        slow.signal();
        machine.kernel().poll();
        done(reader);
        assertThat(buffer.place()).isEqualTo(GpuBuffer.Place.VISIBLE_VRAM);
        assertThat(GpuChecks.check(gpu)).isEmpty();
    }

    /** {@code ttm_bo_release()}: memory that a copy is on its way to is nobody else's yet. */
    @Test
    void theMemoryOfAFreedBufferIsFreeOnceItsCopyIsOver() {
        Gpu gpu = gpu();
        GpuBuffer buffer = done(gpu.create("bo", Bytes.MIB, Set.of(Flag.PREFERS_VRAM)));
        machine.run("evict", () -> gpu.evict(buffer));
        AddressRange copiedTo = buffer.block();
        done(gpu.free(buffer));
        assertThat(done(gpu.create("early", Bytes.MIB, Set.of())).block()).isNotEqualTo(copiedTo);
        gpu.copies().forEach(Fence::signal);
        machine.kernel().poll();
        assertThat(done(gpu.create("late", Bytes.MIB, Set.of())).block()).isEqualTo(copiedTo);
        assertThat(GpuChecks.check(gpu)).isEmpty();
    }

    /** I-20. */
    @Test
    void mappingOrPinningWithoutTheReservationIsSeen() {
        Attachment attachment = done(bar().attach(importer(0)));
        done(attachment.map());
        assertThat(broken(KernelChecks.check(machine.kernel(), 0), Invariant.LOCKED_WHERE_NEEDED)
                        .detail())
                .contains("dma_buf_map_attachment");
        int mark = machine.kernel().journal().size();
        done(attachment.pin());
        assertThat(broken(KernelChecks.check(machine.kernel(), mark))).containsExactly(Invariant.LOCKED_WHERE_NEEDED);
    }

    /** I-21. */
    @Test
    void takingAReferenceWithTheReservationHeldIsSeen() {
        DmaBuf dmaBuf = bar();
        locked(dmaBuf, "get", dmaBuf::get);
        assertThat(broken(KernelChecks.check(machine.kernel(), 0), Invariant.UNLOCKED_WHERE_NEEDED)
                        .detail())
                .contains("dma_buf_get");
    }

    /** I-19: a driver that changes what a map answers and tells nobody. */
    @Test
    void anAttachmentThatIsNotToldOfARevocationIsFoundWhenThatIsOver() {
        DmaBuf dmaBuf = careless();
        done(dmaBuf.attach(importer(0)));
        done(dmaBuf.attach(importer(1), Optional.empty()));
        machine.kernel().note(Journal.Action.REVOKE, dmaBuf.name(), "");
        assertThat(NotificationChecks.check(machine.kernel()))
                .containsExactly(new Violation(Invariant.NOTIFIED_ONCE, "d/x0", "not notified of a revocation"));
    }

    /** I-19: as long as somebody still waits, the next in the list may still be told. */
    @Test
    void aRevocationThatStillTellsOthersIsNotOver() {
        DmaBuf dmaBuf = bar();
        done(dmaBuf.attach(importer(0)));
        Fence answer = new Fence("answer of x1");
        done(dmaBuf.attach(importer(1), Optional.of(told -> {
            told.dmaBuf().reservation().add(answer, FenceUsage.BOOKKEEP);
            return told.dmaBuf().reservation().whenSignalled(FenceUsage.BOOKKEEP, () -> Reply.done(told));
        })));
        machine.start(
                "revoke",
                () -> dmaBuf.reservation().lock().around(() -> {
                    machine.kernel().note(Journal.Action.REVOKE, dmaBuf.name(), "");
                    return dmaBuf.invalidateMappings();
                }));
        assertThat(machine.objects(Journal.Action.NOTIFY)).containsExactly("d/x1");
        assertThat(NotificationChecks.check(machine.kernel())).isEmpty();
        answer.signal();
        machine.kernel().poll();
        assertThat(machine.objects(Journal.Action.NOTIFY)).containsExactly("d/x1", "d/x0");
        assertThat(NotificationChecks.check(machine.kernel())).isEmpty();
    }

    /** An exporter that hands its BAR to whoever asks. */
    private static final class Careless implements Exporter {
        @Override
        public ImmutableSet<ExporterOp> ops() {
            return ImmutableSet.of(ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE);
        }

        @Override
        public Reply<Boolean> attach(Attachment attachment) {
            return Reply.done(attachment.peer2peer());
        }

        @Override
        public Reply<SgTable> map(Attachment attachment) {
            return Reply.done(new SgTable(List.of(new SgTable.Entry(BAR.base(), BAR.size()))));
        }

        @Override
        public void unmap(Attachment attachment, SgTable table) {}

        @Override
        public Reply<DmaBuf> release(DmaBuf dmaBuf) {
            return Reply.done(dmaBuf);
        }

        @Override
        public ImmutableList<AddressRange> ranges(DmaBuf dmaBuf) {
            return ImmutableList.of(BAR);
        }
    }

    private DmaBuf careless() {
        return done(DmaBuf.export("d", BAR.size(), new Careless(), machine.kernel(), Optional.empty()));
    }

    /** I-34: without the flag, which the core never sets for a static importer, the table tells. */
    @Test
    void aStaticImporterWithATableOfABarIsSeen() {
        DmaBuf dmaBuf = careless();
        Attachment attachment = done(dmaBuf.attach(Machine.fixedImporter(0)));
        assertThat(DmaBufChecks.check(dmaBuf)).isEmpty();
        locked(dmaBuf, "map", attachment::map);
        assertThat(DmaBufChecks.check(dmaBuf))
                .containsExactly(new Violation(
                        Invariant.STATIC_WITHOUT_PEERS, "d/x0", "a static importer has a table of a peer's memory"));
    }

    /** I-34. */
    @Test
    void softwareThatAttachesAsIfItDidDmaIsSeen() {
        DmaBuf dmaBuf = bar();
        Importer nic = importer(0);
        Importer software = new Importer("rxe0", nic.function(), true, true, nic.maxSegmentSize(), false);
        done(dmaBuf.get().then(held -> held.attach(software)));
        assertThat(broken(DmaBufChecks.check(dmaBuf))).containsExactly(Invariant.STATIC_WITHOUT_PEERS);
    }

    /** I-08: R1 makes a dma-buf of a closed device one that maps. */
    @Test
    void aShellThatCanStillBeMappedIsSeen() {
        Machine posted = new Machine(Machine.ALLOWED, "6.1", VfioProfile.RFC.bugs());
        VfioPci device = vfio(posted, VfioProfile.RFC);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, BAR.size()));
        posted.start("off", () -> device.writeMemoryEnable(false));
        posted.start("close", device::close);
        device.resetDone();
        posted.kernel().poll();
        assertThat(broken(VfioChecks.orphan(device, dmaBuf))).containsExactly(Invariant.USABLE_WHEN_ENABLED);
    }

    /** I-22. */
    @Test
    void memoryThatIsFreedUnderADmaBufIsSeen() {
        assertThat(broken(OwnershipChecks.freed("h", 1))).containsExactly(Invariant.EXPORT_COUNT);
        assertThat(OwnershipChecks.freed("h", 0)).isEmpty();
    }
}
