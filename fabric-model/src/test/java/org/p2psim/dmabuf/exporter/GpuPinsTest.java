package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.importer;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.invariant.GpuChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/**
 * I-36: what a GPU driver counts as pinned. amdgpu_bo_pin_restricted() adds the size of a buffer with its first pin,
 * amdgpu_bo_unpin() takes it off once ttm_bo_unpin() has left the count at 0, which it does again where nothing is pinned.
 */
class GpuPinsTest {
    private static final AddressRange WINDOW = new AddressRange(0x4000_0000_0000L, 256 * Bytes.MIB);
    private static final AddressRange SYSTEM = new AddressRange(0x1_0000_0000L, 4 * Bytes.GIB);

    private static final class Scene {
        final Machine machine;
        final Gpu gpu;
        final GpuBuffer buffer;
        final DmaBuf dmaBuf;

        Scene(GpuProfile.Driver driver, String release, Bug... bugs) {
            machine = new Machine(Machine.ALLOWED, release, Set.of(bugs));
            gpu = new Gpu(
                    Machine.EXPORTER,
                    WINDOW,
                    WINDOW.size(),
                    SYSTEM,
                    machine.p2pdma(),
                    Machine.identity(),
                    GpuProfile.of(driver, KernelRelease.parse(release)),
                    machine.kernel());
            buffer = done(gpu.create("bo", Bytes.MIB, Set.of()));
            dmaBuf = done(gpu.export(buffer, "d"));
        }

        Scene(Bug... bugs) {
            this(GpuProfile.Driver.AMDGPU, "6.12", bugs);
        }

        Attachment attached(int x) {
            return done(dmaBuf.attach(importer(x)));
        }

        void pin(Attachment attachment) {
            machine.run("pin", () -> dmaBuf.reservation().lock().around(attachment::pin));
        }

        void unpin(Attachment attachment) {
            machine.run(
                    "unpin",
                    () -> dmaBuf.reservation().lock().around(() -> {
                        attachment.unpin();
                        return Reply.done(attachment);
                    }));
        }

        List<Invariant> broken() {
            return Stream.concat(GpuChecks.check(gpu).stream(), KernelChecks.check(machine.kernel(), 0).stream())
                    .map(Violation::invariant)
                    .distinct()
                    .toList();
        }

        String detail() {
            return GpuChecks.check(gpu).get(0).detail();
        }
    }

    @ParameterizedTest
    @CsvSource({"AMDGPU", "NOUVEAU"})
    void aBufferIsCountedOnceHoweverManyPinIt(GpuProfile.Driver driver) {
        Scene scene = new Scene(driver, "6.12");
        Attachment first = scene.attached(0);
        Attachment second = scene.attached(1);
        scene.pin(first);
        scene.pin(first);
        scene.pin(second);
        assertThat(scene.broken()).isEmpty();
        scene.unpin(first);
        scene.unpin(first);
        assertThat(scene.broken()).isEmpty();
        scene.unpin(second);
        assertThat(scene.broken()).isEmpty();
        assertThat(scene.buffer.isPinned()).isFalse();
    }

    /** xe leaves it to the cgroup that VRAM was charged to when it was allocated. */
    @Test
    void xeCountsNoPins() {
        Scene scene = new Scene(GpuProfile.Driver.XE, "6.19");
        Attachment attachment = scene.attached(0);
        scene.pin(attachment);
        scene.unpin(attachment);
        scene.unpin(attachment);
        assertThat(scene.broken()).containsExactly(Invariant.PINS_BALANCED);
    }

    /** The core pins for a static importer: at attach before 6.16, later when it maps. */
    @ParameterizedTest
    @CsvSource({"6.12, true", "6.19, false"})
    void aPinThatTheCoreTakesForAStaticImporterIsTakenOffAtTheLatestByItsDetach(String release, boolean atAttach) {
        Scene scene = new Scene(GpuProfile.Driver.AMDGPU, release);
        Attachment attachment = scene.machine.run("attach", () -> scene.dmaBuf.attach(Machine.fixedImporter(0)));
        assertThat(scene.buffer.isPinned()).isEqualTo(atAttach);
        scene.machine.run("map", attachment::mapUnlocked);
        assertThat(scene.buffer.isPinned()).isTrue();
        assertThat(scene.broken()).isEmpty();
        scene.machine.run("unmap", attachment::unmapUnlocked);
        scene.machine.run("detach", () -> scene.dmaBuf.detach(attachment));
        assertThat(scene.buffer.isPinned()).isFalse();
        assertThat(scene.broken()).isEmpty();
    }

    @Test
    void aMappingIntoKernelMemoryKeepsABufferInItsPlaceAndIsNotCounted() {
        Scene scene = new Scene();
        scene.machine.run("vmap", () -> scene.dmaBuf.reservation().lock().around(scene.dmaBuf.cpuAccess()::vmap));
        assertThat(scene.buffer.isPinned()).isTrue();
        assertThat(scene.broken()).isEmpty();
        scene.machine.run(
                "vunmap",
                () -> scene.dmaBuf.reservation().lock().around(() -> {
                    scene.dmaBuf.cpuAccess().vunmap();
                    return Reply.done(scene.dmaBuf);
                }));
        assertThat(scene.buffer.isPinned()).isFalse();
        assertThat(scene.broken()).isEmpty();
    }

    @Test
    void aSecondUnpinTakesTheBytesOffAgain() {
        Scene scene = new Scene();
        Attachment attachment = scene.attached(0);
        scene.pin(attachment);
        scene.unpin(attachment);
        scene.unpin(attachment);
        assertThat(scene.broken()).containsExactly(Invariant.PINNED_CHARGED, Invariant.PINS_BALANCED);
        assertThat(scene.detail()).isEqualTo("-1048576 bytes of GART are counted as pinned, and nobody pins it");
    }

    @Test
    void aSecondUnpinTakesOffWhatAnotherImporterStillPins() {
        Scene scene = new Scene();
        Attachment other = scene.attached(0);
        Attachment careless = scene.attached(1);
        scene.pin(other);
        scene.pin(careless);
        scene.unpin(careless);
        assertThat(scene.broken()).isEmpty();
        scene.unpin(careless);
        assertThat(scene.broken()).containsExactly(Invariant.PINNED_CHARGED, Invariant.PINS_BALANCED);
        assertThat(scene.detail()).isEqualTo("0 bytes of GART are counted as pinned, and d/x0 pin(s) 1048576");
    }

    /** Nobody is left who could unpin it: it stays counted, also when the last handle of the buffer is closed. */
    @Test
    void aPinThatIsNotTakenBackBeforeDetachStaysCounted() {
        Scene scene = new Scene();
        Attachment attachment = scene.attached(0);
        scene.pin(attachment);
        scene.machine.run("detach", () -> scene.dmaBuf.detach(attachment));
        assertThat(scene.broken()).containsExactly(Invariant.PINNED_CHARGED);
        done(scene.gpu.free(scene.buffer));
        done(scene.dmaBuf.close());
        assertThat(scene.gpu.buffers()).isEmpty();
        assertThat(scene.broken()).containsExactly(Invariant.PINNED_CHARGED);
    }

    /** umem_dmabuf.c until early 2026, with an exporter that has a pin callback and counts. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aRegistrationThatUnpinsTwiceIsTakenOffTwice(boolean buggy) {
        Scene scene = buggy ? new Scene(Bug.PINNED_UNPINNED_TWICE) : new Scene();
        Importer importer = new Importer("x0", importer(0).function(), true, true, 2048);
        RdmaNic nic = new RdmaNic(importer, RdmaFlavour.PINNED, scene.machine.kernel());
        assertThat(errno(scene.machine.start(
                        "register", () -> nic.register(Machine.whole("mr", scene.dmaBuf), scene.dmaBuf))))
                .isEqualTo(Errno.EINVAL);
        assertThat(scene.broken())
                .isEqualTo(buggy ? List.of(Invariant.PINNED_CHARGED, Invariant.PINS_BALANCED) : List.of());
    }
}
