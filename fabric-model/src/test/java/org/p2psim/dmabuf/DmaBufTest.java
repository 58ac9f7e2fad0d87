package org.p2psim.dmabuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.fixedImporter;
import static org.p2psim.dmabuf.Machine.importer;
import static org.p2psim.dmabuf.RecordingExporter.DYNAMIC;
import static org.p2psim.dmabuf.RecordingExporter.STATIC;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.AddressRange;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;

/** The rules of the dma-buf core by release, told with an exporter that notes what it is asked. */
class DmaBufTest {
    private static RecordingExporter exporter(ImmutableSet<ExporterOp> ops) {
        return exporter(ops, false);
    }

    private static RecordingExporter exporter(ImmutableSet<ExporterOp> ops, boolean caches) {
        return new RecordingExporter(ops, caches, new AddressRange(0x1000, 4096));
    }

    private static Kernel kernel(String release) {
        return new Kernel(DmaBufCore.of(KernelRelease.parse(release)));
    }

    private static DmaBuf export(Kernel kernel, Exporter exporter) {
        DmaBuf dmaBuf = done(DmaBuf.export("d", 4096, exporter, kernel, Optional.empty()));
        return done(dmaBuf.install());
    }

    private static List<String> violations(Kernel kernel) {
        return kernel.journal().entries().stream()
                .filter(entry ->
                        entry.action() == Journal.Action.LOCK_MISSING || entry.action() == Journal.Action.LOCK_HELD)
                .map(Journal.Entry::detail)
                .toList();
    }

    /** Section 1.4, the whole table: calls at attach, at map, at unmap and at detach. */
    @ParameterizedTest(name = "{0}: dynamic importer {1}, dynamic exporter {2}")
    @CsvSource({
        "5.8, false, false, '', map, unmap, ''",
        "5.8, false, true, pin map, '', '', unmap unpin",
        "5.8, true, false, map, '', '', unmap",
        "5.8, true, true, '', map, unmap, ''",
        "6.15, false, true, pin map, '', '', unmap unpin",
        "6.16, false, false, '', map, unmap, ''",
        "6.16, false, true, '', pin map, unmap unpin, ''",
        "6.16, true, false, '', map, unmap, ''",
        "6.16, true, true, '', map, unmap, ''",
        "7.1, true, true, '', map, unmap, ''",
        "7.1, false, true, '', pin map, unmap unpin, ''"
    })
    void whenABufferIsPinnedAndMappedHangsOnBothSidesAndTheRelease(
            String release,
            boolean dynamicImporter,
            boolean dynamicExporter,
            String atAttach,
            String atMap,
            String atUnmap,
            String atDetach) {
        RecordingExporter exporter = exporter(dynamicExporter ? DYNAMIC : STATIC);
        Kernel kernel = kernel(release);
        DmaBuf dmaBuf = export(kernel, exporter);
        List<String> seen = new ArrayList<>();
        Attachment attachment = done(dmaBuf.attach(dynamicImporter ? importer(0) : fixedImporter(0)));
        seen.add(exporter.drain());
        done(attachment.mapUnlocked());
        seen.add(exporter.drain());
        done(attachment.unmapUnlocked());
        seen.add(exporter.drain());
        done(dmaBuf.detach(attachment));
        seen.add(exporter.drain());
        assertThat(seen).containsExactly(atAttach, atMap, atUnmap, atDetach);
        // this importer never pins, and asks for a map and an unmap once: what else there is, the core does
        assertThat(byTheCore(kernel))
                .isEqualTo("%s %s %s %s"
                        .formatted(atAttach, atMap.replace("map", ""), atUnmap.replace("unmap", ""), atDetach)
                        .strip()
                        .replaceAll(" +", " "));
    }

    private static String byTheCore(Kernel kernel) {
        return kernel.journal().entries().stream()
                .filter(entry -> entry.is(Journal.Circumstance.BY_CORE)
                        || entry.action().name().startsWith("CORE_"))
                .map(entry -> entry.action().name().replace("CORE_", "").toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
    }

    /** Section 1.4: without move notifications dynamic importers are pinned when they map, until 7.0. */
    @ParameterizedTest
    @CsvSource({"5.8, pin map", "7.0, pin map", "7.1, map"})
    void aKernelBuiltWithoutMoveNotifyPinsDynamicImporters(String release, String calls) {
        RecordingExporter exporter = exporter(DYNAMIC);
        Kernel kernel = new Kernel(DmaBufCore.of(KernelRelease.parse(release), false));
        done(done(export(kernel, exporter).attach(importer(0))).mapUnlocked());
        assertThat(exporter.drain()).isEqualTo(calls);
    }

    /** Section 1.4: static importers wait for a move inside of map since 6.16. */
    @ParameterizedTest
    @CsvSource({"6.15, false", "6.16, true"})
    void staticImportersWaitForKernelFencesWhenTheyMap(String release, boolean waits) {
        Kernel kernel = kernel(release);
        DmaBuf dmaBuf = export(kernel, exporter(STATIC));
        Attachment attachment = done(dmaBuf.attach(fixedImporter(0)));
        Fence move = new Fence("move");
        kernel.start(
                "add",
                () -> dmaBuf.reservation().lock().around(() -> {
                    dmaBuf.reservation().add(move, FenceUsage.KERNEL);
                    return Reply.done(dmaBuf);
                }));
        Task<SgTable> map = kernel.start("map", attachment::mapUnlocked);
        assertThat(map.isOver()).isEqualTo(!waits);
        move.signal();
        kernel.poll();
        done(map);
    }

    /** Section 1.4: exporters that ask for cached tables, until 6.15. */
    @Test
    void aCachedTableHasOneDirectionUntilDetach() {
        RecordingExporter exporter = exporter(STATIC, true);
        Kernel kernel = kernel("5.12");
        DmaBuf dmaBuf = export(kernel, exporter);
        Attachment attachment = done(dmaBuf.attach(fixedImporter(0)));
        done(attachment.map(Direction.TO_DEVICE));
        attachment.unmap();
        assertThat(errno(attachment.map(Direction.FROM_DEVICE))).isEqualTo(Errno.EBUSY);
        done(attachment.map(Direction.TO_DEVICE));
        attachment.unmap();
        done(dmaBuf.detach(attachment));
        assertThat(exporter.drain()).isEqualTo("map unmap");
    }

    /** Section 1.2, export. */
    @Test
    void anExporterWithoutItsCallbacksIsRefusedAndSizeZeroIsNot() {
        Kernel kernel = kernel("6.2");
        assertThat(errno(exported(kernel, ImmutableSet.of(ExporterOp.MAP, ExporterOp.UNMAP), false)))
                .isEqualTo(Errno.EINVAL);
        assertThat(errno(exported(
                        kernel,
                        ImmutableSet.of(ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE, ExporterOp.PIN),
                        false)))
                .isEqualTo(Errno.EINVAL);
        assertThat(errno(exported(kernel, DYNAMIC, true))).isEqualTo(Errno.EINVAL);
        assertThat(done(exported(kernel("6.16"), DYNAMIC, true)).size()).isZero();
    }

    private static Reply<DmaBuf> exported(Kernel kernel, ImmutableSet<ExporterOp> ops, boolean caches) {
        return DmaBuf.export("d", 0, exporter(ops, caches), kernel, Optional.empty());
    }

    /** Section 1.2, attach. */
    @ParameterizedTest
    @CsvSource({"5.8, EINVAL", "7.0, EINVAL", "7.1,"})
    void callbacksWithoutOneForNotificationsAreAllowedSince71(String release, Errno refusal) {
        Reply<Attachment> reply = export(kernel(release), exporter(DYNAMIC)).attach(importer(0), Optional.empty());
        if (refusal == null) {
            assertThat(done(reply).isRevocable()).isFalse();
        } else {
            assertThat(errno(reply)).isEqualTo(refusal);
        }
    }

    @Test
    void importersAreNotifiedTheNewestFirstAndStaticOnesNot() {
        Kernel kernel = kernel("6.16");
        DmaBuf dmaBuf = export(kernel, exporter(DYNAMIC));
        done(dmaBuf.attach(importer(0)));
        done(dmaBuf.attach(fixedImporter(1)));
        done(dmaBuf.attach(importer(2)));
        done(kernel.start("move", () -> dmaBuf.reservation().lock().around(dmaBuf::invalidateMappings)));
        assertThat(kernel.journal().objects(Journal.Action.NOTIFY)).containsExactly("d/x2", "d/x0");
        assertThat(violations(kernel)).isEmpty();
    }

    /** Section 1.8. */
    @Test
    void anAttachedImporterKeepsTheBufferAfterItsDescriptorIsClosed() {
        RecordingExporter exporter = exporter(STATIC);
        DmaBuf dmaBuf = export(kernel("6.16"), exporter);
        done(dmaBuf.get());
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        done(dmaBuf.close());
        assertThat(dmaBuf.life()).isEqualTo(DmaBuf.Life.LIVE);
        assertThat(errno(dmaBuf.get())).isEqualTo(Errno.EBADF);
        done(dmaBuf.detach(attachment));
        dmaBuf.put();
        assertThat(dmaBuf.life()).isEqualTo(DmaBuf.Life.GONE);
        assertThat(exporter.drain()).isEqualTo("release");
        assertThat(dmaBuf.tryGet()).isFalse();
    }

    /** I-20 and I-21: lockdep's reports, not errnos. */
    @Test
    void locksThatAreMissingOrTooManyAreNoted() {
        Kernel kernel = kernel("6.2");
        DmaBuf dmaBuf = export(kernel, exporter(STATIC));
        Attachment attachment = done(dmaBuf.attach(fixedImporter(0)));
        done(attachment.map());
        assertThat(violations(kernel)).containsExactly("dma_buf_map_attachment without the lock");
        kernel.start("wrong", () -> dmaBuf.reservation().lock().around(dmaBuf::get));
        assertThat(violations(kernel)).hasSize(2).endsWith("dma_buf_get with the lock held");
    }

    /** Section 0.1: one locking convention since 6.2. */
    @Test
    void before62StaticImportersOfStaticExportersMapWithoutTheLock() {
        Kernel kernel = kernel("5.12");
        done(done(export(kernel, exporter(STATIC)).attach(fixedImporter(0))).map());
        assertThat(violations(kernel)).isEmpty();
    }

    /** Section 0.2: who waits for a class of fences waits for those before it; before 5.19 there were two classes. */
    @ParameterizedTest
    @CsvSource({"6.16, WRITE, KERNEL, false", "5.12, WRITE, KERNEL, true", "6.16, KERNEL, BOOKKEEP, true"})
    void fencesAreWaitedForByClass(String release, FenceUsage fence, FenceUsage wait, boolean waits) {
        Kernel kernel = kernel(release);
        Reservation reservation = new Reservation(kernel, "r");
        kernel.start(
                "add",
                () -> reservation.lock().around(() -> {
                    reservation.add(new Fence("f"), fence);
                    return Reply.done("added");
                }));
        assertThat(reservation.pending(wait).isEmpty()).isNotEqualTo(waits);
    }

    /** Section 1.2: SYNC, llseek, vmap, mmap. */
    @Test
    void theCpusSideChecksItsArguments() {
        RecordingExporter exporter = exporter(DYNAMIC);
        Kernel kernel = kernel("6.16");
        DmaBuf dmaBuf = export(kernel, exporter);
        CpuAccess cpu = dmaBuf.cpuAccess();
        assertThat(errno(cpu.sync(0))).isEqualTo(Errno.EINVAL);
        assertThat(errno(cpu.sync(9))).isEqualTo(Errno.EINVAL);
        done(cpu.sync(3));
        done(cpu.sync(7));
        assertThat(errno(cpu.seek(1, CpuAccess.Whence.SET))).isEqualTo(Errno.EINVAL);
        assertThat(errno(cpu.seek(0, CpuAccess.Whence.CUR))).isEqualTo(Errno.EINVAL);
        assertThat(done(cpu.seek(0, CpuAccess.Whence.END))).isEqualTo(4096);
        assertThat(errno(cpu.mmap(0, 4096))).isEqualTo(Errno.EINVAL);
        done(kernel.start("vmap", () -> dmaBuf.reservation().lock().around(cpu::vmap)));
        done(kernel.start("vmap", () -> dmaBuf.reservation().lock().around(cpu::vmap)));
        assertThat(exporter.drain()).isEqualTo("vmap");
    }

    /** Section 1.2: a reader waits for writers, a writer for readers, too. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyAWriterWaitsForReaders(boolean write) {
        Kernel kernel = kernel("6.16");
        DmaBuf dmaBuf = export(kernel, exporter(STATIC));
        kernel.start(
                "read",
                () -> dmaBuf.reservation().lock().around(() -> {
                    dmaBuf.reservation().add(new Fence("reader"), FenceUsage.READ);
                    return Reply.done(dmaBuf);
                }));
        Task<DmaBuf> begin = kernel.start("begin", () -> dmaBuf.cpuAccess().begin(write));
        assertThat(begin.isOver()).isNotEqualTo(write);
        assertThat(dmaBuf.poll().isReady(Poll.Event.IN)).isTrue();
        assertThat(dmaBuf.poll().isReady(Poll.Event.OUT)).isFalse();
    }

    @Test
    void aProcessWithoutFreeDescriptorsGetsEmfile() {
        Kernel kernel = kernel("6.16");
        kernel.limitDescriptors(1);
        DmaBuf first = export(kernel, exporter(STATIC));
        DmaBuf second = done(exported(kernel, STATIC, false));
        assertThat(errno(second.install())).isEqualTo(Errno.EMFILE);
        done(first.close());
        done(second.install());
    }

    /** Section 10: two reservations at once need a ticket; taking classes both ways round is an inversion. */
    @Test
    void lockOrdersThatContradictAreReportedWithBothSites() {
        Kernel kernel = new Kernel(DmaBufCore.of(KernelRelease.parse("6.16")), Set.of());
        Lock memory = new Lock(kernel, LockClass.MEMORY_LOCK, "m");
        Lock first = new Lock(kernel, LockClass.DMA_RESV, "a");
        Lock second = new Lock(kernel, LockClass.DMA_RESV, "b");
        kernel.start("flr", () -> memory.around(() -> first.around(() -> Reply.done(1))));
        kernel.start("evict", () -> first.around(() -> second.aroundWithTicket(() -> Reply.done(1))));
        assertThat(kernel.lockOrder().inversions()).isEmpty();
        kernel.start("fault", () -> first.around(() -> memory.around(() -> Reply.done(1))));
        LockOrder.Inversion inversion = kernel.lockOrder().inversions().get(0);
        assertThat(inversion.classes()).containsExactlyInAnyOrder(LockClass.MEMORY_LOCK, LockClass.DMA_RESV);
        assertThat(inversion.sites())
                .containsExactly(
                        "fault takes MEMORY_LOCK m while it holds DMA_RESV a",
                        "flr takes DMA_RESV a while it holds MEMORY_LOCK m");
    }
}
