package org.p2psim.dmabuf.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.importer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.LockClass;
import org.p2psim.dmabuf.LockOrder;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.unit.Bytes;

/**
 * dma_buf_unmap_attachment() asserts that dma_resv is held (drivers/dma-buf/dma-buf.c since 6.2), and ib_umem_dmabuf_release()
 * takes it around unmap and unpin: for as long as a driver unmaps, nobody else moves or revokes the buffer.
 */
class UnmapTimeTest {
    private static final AddressRange BAR = new AddressRange(0x3900_0000_0000L, Bytes.MIB);

    private final Fence unmapped = new Fence("the driver has unmapped");

    private Machine machine(Bug... bugs) {
        Machine machine = new Machine(Machine.ALLOWED, "7.1", Set.of(bugs));
        machine.kernel()
                .unmapsAfter(attachment -> Optional.of(new Wait(
                        Wait.Kind.UNMAP,
                        "the driver to unmap " + attachment.name(),
                        unmapped::isSignalled,
                        () -> List.of(attachment.name()))));
        return machine;
    }

    private static VfioPci vfio(Machine machine) {
        return new VfioPci(
                "n0",
                Machine.EXPORTER,
                Map.of(0, BAR),
                machine.p2pdma(),
                Machine.identity(),
                VfioProfile.V7_1,
                machine.kernel());
    }

    /** Section 10: memory_lock, then dma_resv, which whoever deregisters holds until his driver has unmapped. */
    @Test
    void aRevocationWaitsForTheReservationOfWhoIsDeregistering() {
        Machine machine = machine();
        VfioPci device = vfio(machine);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, BAR.size()));
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);

        Task<MemoryRegion> deregister = machine.start("deregister", region::deregister);
        Task<VfioPci> off = machine.start("off", () -> device.writeMemoryEnable(false));
        assertThat(deregister.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.UNMAP);
        assertThat(off.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.LOCK);
        assertThat(off.waitsFor().orElseThrow().blockers()).containsExactly("deregister");
        assertThat(machine.objects(Journal.Action.REVOKE)).isEmpty();

        int mark = machine.kernel().journal().size();
        unmapped.signal();
        machine.kernel().poll();
        done(deregister);
        done(off);
        assertThat(machine.journal(mark, Journal.Action.UNMAP, Journal.Action.REVOKE))
                .containsExactly("UNMAP d/x0", "REVOKE d");
        assertThat(KernelChecks.lockOrder(machine.kernel())).isEmpty();
    }

    /** The same step by step: a second map waits, too. */
    @Test
    void aMapWaitsForTheReservationOfWhoIsUnmapping() {
        Machine machine = machine();
        DmaBuf dmaBuf = done(vfio(machine).export("d", 0, 0, BAR.size()));
        Attachment slow = done(dmaBuf.attach(importer(0)));
        Attachment other = done(dmaBuf.attach(importer(1)));
        done(slow.mapUnlocked());
        Task<Attachment> unmap = machine.start("unmap", slow::unmapUnlocked);
        assertThat(slow.mapping()).isPresent();
        var map = machine.start("map", other::mapUnlocked);
        assertThat(map.waitsFor().orElseThrow().kind()).isEqualTo(Wait.Kind.LOCK);
        unmapped.signal();
        machine.kernel().poll();
        done(unmap);
        done(map);
        assertThat(slow.mapping()).isEmpty();
    }

    /** I-30: the inversion argued about in 2021 is recorded though the two never meet: they are locks of two regions. */
    @Test
    void aRegionLockHeldAcrossTheUnmapIsInvertedByTheNotificationThatWaitedForIt() {
        Machine machine = machine(Bug.INVERTED_REGION_LOCK);
        VfioPci device = vfio(machine);
        DmaBuf dmaBuf = done(device.export("d", 0, 0, BAR.size()));
        MemoryRegion region = machine.region(machine.nic(0, RdmaFlavour.DYNAMIC), "mr", dmaBuf);
        machine.region(machine.nic(1, RdmaFlavour.DYNAMIC), "mr1", dmaBuf);
        Task<MemoryRegion> deregister = machine.start("deregister", region::deregister);
        machine.start("off", () -> device.writeMemoryEnable(false));
        assertThat(deregister.isOver()).isFalse();
        unmapped.signal();
        machine.kernel().poll();
        assertThat(machine.kernel().lockOrder().inversions())
                .extracting(LockOrder.Inversion::classes)
                .containsExactly(List.of(LockClass.DMA_RESV, LockClass.REGION_LOCK));
    }

    /** The block layer's token: a retired mapping is given back by a worker that holds the reservation as long as that takes. */
    @Test
    void aTokenIsUnregisteredWhenItsMappingIsGivenBack() {
        Machine machine = machine();
        DmaBuf dmaBuf = done(vfio(machine).export("d", 0, 0, BAR.size()));
        NvmeToken token = machine.run("register", () -> NvmeToken.register(dmaBuf, importer(0)));
        machine.run("begin", () -> token.begin("r0")).completed();
        Task<DmaBuf> unregister = machine.start("unregister", token::unregister);
        assertThat(dmaBuf.reservation().lock().holder()).contains(unregister);
        unmapped.signal();
        machine.kernel().poll();
        done(unregister);
        assertThat(dmaBuf.attachments()).isEmpty();
    }
}
