package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.p2psim.platform.Errno;

/**
 * An exported buffer. Whoever exports holds the first reference and gives it to a file descriptor; each attached
 * importer holds another one, so the buffer lives until the last of them lets go.
 */
public final class DmaBuf {
    /** Whether the buffer is there. */
    public enum Life {
        LIVE,
        /** The last reference is gone; the exporter is told. */
        RELEASING,
        GONE
    }

    private final String name;
    private final long size;
    private final Exporter exporter;
    private final Kernel kernel;
    private final Reservation reservation;
    private final CpuAccess cpuAccess;
    private final Poll poll;
    private final List<Attachment> attachments = new ArrayList<>();
    /** Detached while the exporter has a table out for them, which nobody can give back any more. */
    private final List<Attachment> abandoned = new ArrayList<>();

    private final Map<String, Integer> made = new HashMap<>();
    private int descriptors;
    private int references = 1;
    private Life life = Life.LIVE;

    private DmaBuf(String name, long size, Exporter exporter, Kernel kernel, Optional<Reservation> shared) {
        this.name = name;
        this.size = size;
        this.exporter = exporter;
        this.kernel = kernel;
        this.reservation = shared.orElseGet(() -> new Reservation(kernel, name));
        this.cpuAccess = new CpuAccess(this);
        this.poll = new Poll(this);
    }

    /**
     * {@code dma_buf_export()}: a buffer with one reference, the caller's, and no descriptor. Its size is not looked
     * at: 0 is taken.
     *
     * @param size bytes, unsigned, fixed for life
     * @param shared the exporter's own reservation, if it has one
     */
    public static Reply<DmaBuf> export(
            String name, long size, Exporter exporter, Kernel kernel, Optional<Reservation> shared) {
        ImmutableSet<ExporterOp> ops = exporter.ops();
        if (!ops.containsAll(List.of(ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE))) {
            kernel.note(Journal.Action.WARNING, name, "exported without map, unmap or release");
            return Reply.refused(Errno.EINVAL, "the exporter has no map, unmap or release callback");
        }
        if (ops.contains(ExporterOp.PIN) != ops.contains(ExporterOp.UNPIN)) {
            return Reply.refused(Errno.EINVAL, "the exporter has only one of the callbacks pin and unpin");
        }
        if (kernel.core().cachesTables() && exporter.cachesTables() && ops.contains(ExporterOp.PIN)) {
            return Reply.refused(Errno.EINVAL, "an exporter that pins cannot have its tables cached");
        }
        kernel.note(Journal.Action.EXPORT, name, "0x%x bytes".formatted(size));
        return Reply.done(new DmaBuf(name, size, exporter, kernel, shared));
    }

    /** {@code dma_buf_fd()}: the caller's reference becomes the descriptor's, which any thread may close from now on. */
    public Reply<DmaBuf> install() {
        reservation.lock().mustNotBeHeld("dma_buf_fd");
        if (!kernel.takeDescriptor()) {
            return Reply.refused(Errno.EMFILE, "the process has no free descriptor");
        }
        descriptors++;
        kernel.note(Journal.Action.INSTALL, name, "");
        kernel.installed(this);
        return Reply.done(this);
    }

    /** Another descriptor, with a reference of its own. */
    public Reply<DmaBuf> installAgain() {
        references++;
        return installOrPut();
    }

    /** {@code dma_buf_fd()}; without a free descriptor the caller's reference is dropped. */
    public Reply<DmaBuf> installOrPut() {
        return install().undo(() -> {
            put();
            return Reply.done(this);
        });
    }

    public String name() {
        return name;
    }

    public long size() {
        return size;
    }

    public Exporter exporter() {
        return exporter;
    }

    public Kernel kernel() {
        return kernel;
    }

    public Reservation reservation() {
        return reservation;
    }

    public CpuAccess cpuAccess() {
        return cpuAccess;
    }

    public Poll poll() {
        return poll;
    }

    public int references() {
        return references;
    }

    public Life life() {
        return life;
    }

    public boolean isReleased() {
        return references == 0;
    }

    public boolean hasDescriptor() {
        return descriptors > 0;
    }

    /** Whether anybody, user space or an importer, is left to let go of it. */
    public boolean isHeld() {
        return descriptors > 0 || !attachments.isEmpty();
    }

    /** The newest first: the order in which they are notified. */
    public ImmutableList<Attachment> attachments() {
        return ImmutableList.copyOf(attachments);
    }

    /** Those that were detached before they had unmapped: their devices have addresses, and nobody notifies them. */
    public ImmutableList<Attachment> abandoned() {
        return ImmutableList.copyOf(abandoned);
    }

    /** {@code dma_buf_get()} by descriptor: refused once the descriptor is closed. */
    public Reply<DmaBuf> get() {
        reservation.lock().mustNotBeHeld("dma_buf_get");
        return byDescriptor().then(open -> {
            references++;
            return Reply.done(this);
        });
    }

    /** What an operation on the descriptor finds: refused once it is closed. */
    public Reply<DmaBuf> byDescriptor() {
        return descriptors > 0
                ? Reply.done(this)
                : Reply.refused(Errno.EBADF, "the descriptor of " + name + " is closed");
    }

    /** {@code get_file_active()}: a reference unless the last one is gone; the caller keeps release from ending. */
    public boolean tryGet() {
        if (references == 0) {
            return false;
        }
        references++;
        return true;
    }

    /** {@code dma_buf_put()}; the last one releases the buffer, in a task of its own. */
    public void put() {
        reservation.lock().mustNotBeHeld("dma_buf_put");
        if (references == 0) {
            kernel.note(Journal.Action.CRASH, name, "put after its last reference");
            return;
        }
        references--;
        if (references == 0) {
            life = Life.RELEASING;
            kernel.start("release of " + name, this::release);
        }
    }

    private Reply<DmaBuf> release() {
        kernel.note(Journal.Action.RELEASE, name, "");
        if (cpuAccess.vmaps() != 0) {
            kernel.note(Journal.Action.UNBALANCED, name, "released while it is mapped into kernel memory");
        }
        if (poll.hasCallback()) {
            kernel.note(Journal.Action.UNBALANCED, name, "released while a fence would still call poll back");
        }
        if (!attachments.isEmpty()) {
            kernel.note(Journal.Action.WARNING, name, "released with attachments");
        }
        return exporter.release(this).then(released -> {
            life = Life.GONE;
            kernel.note(Journal.Action.GONE, name, "");
            return Reply.done(this);
        });
    }

    /** The exporting process closes its descriptor. */
    public Reply<DmaBuf> close() {
        return byDescriptor().then(open -> {
            descriptors--;
            kernel.giveDescriptorBack();
            put();
            return Reply.done(this);
        });
    }

    /** As the importer's driver attaches; if with callbacks, the one for notifications does nothing. */
    public Reply<Attachment> attach(Importer importer) {
        return attach(importer, importer.dynamic() ? Optional.of(Reply::done) : Optional.empty());
    }

    /** {@code dma_buf_attach()} or {@code dma_buf_dynamic_attach()}, by whether the importer has callbacks. */
    public Reply<Attachment> attach(Importer importer, Optional<MoveNotify> moveNotify) {
        reservation.lock().mustNotBeHeld("dma_buf_dynamic_attach");
        if (importer.dynamic() && moveNotify.isEmpty() && !kernel.core().callbackOptional()) {
            kernel.note(Journal.Action.WARNING, name, importer.name() + " attaches without move_notify");
            return Reply.refused(Errno.EINVAL, "an importer with callbacks needs move_notify before 7.1");
        }
        Attachment attachment = new Attachment(this, importer, moveNotify);
        Reply<Boolean> allowed = exporter.ops().contains(ExporterOp.ATTACH)
                ? exporter.attach(attachment)
                : Reply.done(attachment.peer2peer());
        return allowed.then(peer2peer -> {
            attachment.accepted(peer2peer, made.merge(importer.name(), 1, Integer::sum));
            return added(attachment);
        });
    }

    /** {@code dma_buf_dynamic_attach()} for an importer that has no device that does DMA. */
    public Reply<Attachment> attachWithoutDevice(String importer) {
        kernel.note(Journal.Action.WARNING, name, importer + " attaches without a device");
        return Reply.refused(Errno.EINVAL, importer + " has no device that does DMA");
    }

    private Reply<Attachment> added(Attachment attachment) {
        boolean mixed = attachment.importer().dynamic() != exporter.isDynamic();
        return reservation
                .lock()
                .around(() -> {
                    attachments.add(0, attachment);
                    noteAttached(attachment);
                    return kernel.core().cachesTables() && mixed ? attachment.cacheTable() : Reply.done(attachment);
                })
                .undo(() -> detach(attachment));
    }

    private void noteAttached(Attachment attachment) {
        String flag = attachment.peer2peer() ? "peer2peer kept" : "peer2peer cleared";
        if (attachment.moveNotify().isPresent()) {
            kernel.note(Journal.Action.ATTACH, attachment.name(), flag);
        } else {
            kernel.note(Journal.Action.ATTACH, attachment.name(), Journal.Circumstance.NEVER_NOTIFIED, flag);
        }
    }

    /**
     * {@code dma_buf_detach()}. It does not look whether the importer has unmapped: a table that the core keeps is taken
     * back, any other stays mapped at the exporter, and can never be given back.
     */
    public Reply<Attachment> detach(Attachment attachment) {
        if (!attachments.contains(attachment)) {
            throw new IllegalStateException(attachment.importer().name() + " is not attached to " + name);
        }
        reservation.lock().mustNotBeHeld("dma_buf_detach");
        return reservation
                .lock()
                .around(() -> {
                    attachments.remove(attachment);
                    attachment.dropTable();
                    if (attachment.isMappedAtExporter()) {
                        abandoned.add(attachment);
                    }
                    return Reply.done(attachment);
                })
                .then(removed -> {
                    if (exporter.ops().contains(ExporterOp.DETACH)) {
                        exporter.detach(attachment);
                    }
                    noteDetached(attachment);
                    return Reply.done(attachment);
                });
    }

    private void noteDetached(Attachment attachment) {
        if (attachment.inDevice().isEmpty()) {
            kernel.note(Journal.Action.DETACH, attachment.name(), "");
            return;
        }
        kernel.note(Journal.Action.DETACH, attachment.name(), Journal.Circumstance.STILL_MAPPED, "");
        attachment
                .tables()
                .forEach(table -> kernel.note(
                        Journal.Action.LEAK,
                        attachment.name(),
                        "nobody can give its table of %d entries back"
                                .formatted(table.entries().size())));
    }

    /**
     * {@code dma_buf_move_notify()}, from 7.1 on {@code dma_buf_invalidate_mappings()}: tells every importer that has a
     * callback, one after the other. The exporter holds the reservation, and what a map would answer has changed
     * already.
     */
    public Reply<DmaBuf> invalidateMappings() {
        reservation.lock().mustBeHeld("dma_buf_invalidate_mappings");
        Reply<DmaBuf> told = Reply.done(this);
        for (Attachment attachment : attachments()) {
            told = told.then(before -> notify(attachment));
        }
        return told;
    }

    private Reply<DmaBuf> notify(Attachment attachment) {
        if (attachment.moveNotify().isEmpty()) {
            return Reply.done(this);
        }
        attachment.markStale();
        kernel.note(Journal.Action.NOTIFY, attachment.name(), "");
        return attachment.moveNotify().get().invalidated(attachment).then(answered -> Reply.done(this));
    }

    /** Waits until no importer has a mapping: the second wait of a revocation. */
    public Reply<DmaBuf> whenUnmapped() {
        return Reply.after(
                new Wait(
                        Wait.Kind.UNMAP,
                        "importers of %s to unmap".formatted(name),
                        () -> stillMapped().isEmpty(),
                        this::stillMapped),
                () -> Reply.done(this));
    }

    /** The same, until a timeout expires: then it goes on whoever has a mapping. */
    public Reply<DmaBuf> whenUnmapped(Timeout timeout) {
        return Reply.after(
                new Wait(
                        Wait.Kind.UNMAP,
                        "importers of %s to unmap, for a while".formatted(name),
                        () -> timeout.isExpired() || stillMapped().isEmpty(),
                        this::stillMapped),
                () -> {
                    if (!stillMapped().isEmpty()) {
                        kernel.note(
                                Journal.Action.TIMED_OUT,
                                name,
                                "it goes on though it is mapped by " + String.join(", ", stillMapped()));
                    }
                    return Reply.done(this);
                });
    }

    private List<String> stillMapped() {
        return Stream.concat(attachments.stream(), abandoned.stream())
                .filter(Attachment::isMappedAtExporter)
                .map(Attachment::name)
                .toList();
    }
}
