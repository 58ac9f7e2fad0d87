package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.invariant.GpuChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;

/** p2p_map and p2p_unmap of January 2019: notified importers, predictable exporters, and an unplug that waits. */
class VmaP2pTest {
    private static final AddressRange DOORBELL = new AddressRange(0x5000_0000_0000L, 4096);

    private final Machine machine = new Machine(Machine.ALLOWED, "6.12", Set.of());

    /** S27. */
    @Test
    void anUnplugIsOverOnlyWhenEveryImporterHasUnmapped() {
        VmaP2p nic = new VmaP2p("x0", machine.kernel());
        VmaP2p.Vma vma = new VmaP2p.Vma("doorbell", DOORBELL, true);
        VmaP2p.Mapping mapping = done(nic.map(vma, "g0", told -> {}));
        Task<VmaP2p> unplug = machine.start("unplug", nic::unplug);
        assertThat(mapping.isInvalidated()).isTrue();
        assertThat(unplug.waitsFor().orElseThrow().blockers()).containsExactly("doorbell/g0");
        assertThat(errno(nic.map(vma, "g0", told -> {}))).isEqualTo(Errno.ENODEV);
        nic.unmap(mapping);
        machine.kernel().poll();
        done(unplug);
        assertThat(nic.plug()).isEqualTo(VmaP2p.Plug.GONE);
    }

    /** S28. */
    @Test
    void aBufferThatMovesMapsAgainAtItsNewAddressUntilItIsUnmapped() {
        VmaP2p gpu = new VmaP2p("g0", machine.kernel());
        VmaP2p.Vma vma = new VmaP2p.Vma("v", DOORBELL, true);
        List<VmaP2p.Mapping> told = new ArrayList<>();
        VmaP2p.Mapping mapping = done(gpu.map(vma, "x0", told::add));
        for (int i = 1; i <= 3; i++) {
            AddressRange to = new AddressRange(DOORBELL.base() + i * 0x10000L, 4096);
            gpu.move(vma, to);
            assertThat(told).hasSize(i);
            gpu.unmap(mapping);
            mapping = done(gpu.map(vma, "x0", told::add));
            assertThat(mapping.pages()).isEqualTo(to);
        }
        gpu.munmap(vma);
        gpu.unmap(mapping);
        assertThat(errno(gpu.map(vma, "x0", told::add))).isEqualTo(Errno.EINVAL);
        assertThat(GpuChecks.check(gpu)).isEmpty();
    }

    /** S28, counterfactual. */
    @Test
    void anExporterThatRefusesTheSecondMappingIsNotPredictable() {
        Machine broken = new Machine(Machine.ALLOWED, "6.12", Set.of(Bug.UNPREDICTABLE_P2P_MAP));
        VmaP2p gpu = new VmaP2p("g0", broken.kernel());
        VmaP2p.Vma vma = new VmaP2p.Vma("v", DOORBELL, true);
        gpu.unmap(done(gpu.map(vma, "x0", told -> {})));
        assertThat(errno(gpu.map(vma, "x0", told -> {}))).isEqualTo(Errno.EPERM);
        assertThat(GpuChecks.check(gpu)).extracting(Violation::invariant).containsExactly(Invariant.PREDICTABLE);
    }

    /** Section 7: the object must have been tagged, and its tag may change. */
    @Test
    void whatIsNotTaggedIsRefusedAndThatIsNotUnpredictable() {
        VmaP2p gpu = new VmaP2p("g0", machine.kernel());
        VmaP2p.Vma vma = new VmaP2p.Vma("v", DOORBELL, false);
        assertThat(errno(gpu.map(vma, "x0", told -> {}))).isEqualTo(Errno.EPERM);
        vma.share(true);
        gpu.unmap(done(gpu.map(vma, "x0", told -> {})));
        vma.share(false);
        assertThat(errno(gpu.map(vma, "x0", told -> {}))).isEqualTo(Errno.EPERM);
        assertThat(GpuChecks.check(gpu)).isEmpty();
    }
}
