package org.p2psim.dmabuf.importer;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Lock;
import org.p2psim.dmabuf.LockClass;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.platform.Errno;

/**
 * A BAR in an I/O address space, by way of a vfio-pci dma-buf ({@code IOMMU_IOAS_MAP_FILE}, since 6.19). It asks vfio for
 * the physical range and does not use the DMA API. Once revoked it stays empty: the user unmaps and maps again.
 */
public final class IommufdArea {
    private final DmaBuf dmaBuf;
    private final Lock mutex;
    private @Nullable Attachment attachment;
    private Optional<AddressRange> memory = Optional.empty();
    private boolean revoked;

    private IommufdArea(DmaBuf dmaBuf) {
        this.dmaBuf = dmaBuf;
        this.mutex = new Lock(dmaBuf.kernel(), LockClass.IMPORTER_LOCK, "area of " + dmaBuf.name());
    }

    /**
     * Maps a part of a dma-buf.
     *
     * @param iommufd as it attaches: with callbacks, and for peers
     * @param offset bytes, unsigned
     * @param length bytes, unsigned
     */
    public static Reply<IommufdArea> map(DmaBuf dmaBuf, Importer iommufd, long offset, long length) {
        if (length == 0) {
            return Reply.refused(Errno.EINVAL, "an area has at least one byte");
        }
        if (Long.compareUnsigned(offset + length, offset) < 0
                || Long.compareUnsigned(dmaBuf.size(), offset + length) < 0) {
            return Reply.refused(Errno.EINVAL, "%s has only 0x%x bytes".formatted(dmaBuf.name(), dmaBuf.size()));
        }
        return dmaBuf.get().then(held -> {
            IommufdArea area = new IommufdArea(held);
            return area.attached(iommufd, offset, length).undo(() -> {
                held.put();
                return Reply.done(held);
            });
        });
    }

    private Reply<IommufdArea> attached(Importer iommufd, long offset, long length) {
        return dmaBuf.attach(iommufd, Optional.of(this::invalidated)).then(made -> {
            attachment = made;
            return dmaBuf.reservation()
                    .lock()
                    .around(() -> pinned(made)
                            .then(pinned -> VfioPci.physicalRange(dmaBuf).undo(() -> {
                                unpin(made);
                                return Reply.done(made);
                            }))
                            .then(range -> mutex.around(() -> {
                                memory = Optional.of(new AddressRange(range.base() + offset, length));
                                return Reply.done(this);
                            })))
                    .undo(() -> dmaBuf.detach(made));
        });
    }

    /** From 7.1 on it pins, which says that it can be revoked but not moved. */
    private Reply<Attachment> pinned(Attachment made) {
        return kernel().core().callbackOptional() ? made.pin() : Reply.done(made);
    }

    private void unpin(Attachment made) {
        if (made.pins() > 0) {
            made.unpin();
        }
    }

    private Kernel kernel() {
        return dmaBuf.kernel();
    }

    private Reply<Attachment> invalidated(Attachment told) {
        return mutex.around(() -> {
            if (!revoked && memory.isPresent()) {
                revoked = true;
                memory = Optional.empty();
                kernel().note(Journal.Action.UNMAP, told.name(), "from every I/O address space");
            }
            return Reply.done(told);
        });
    }

    /** What devices of the I/O address space reach through it; nothing once it was revoked. */
    public Optional<AddressRange> memory() {
        return memory;
    }

    public boolean isRevoked() {
        return revoked;
    }

    /** A domain is attached later: mapping succeeds, also where it leaves a hole. */
    public Optional<AddressRange> mapIntoDomain() {
        return memory;
    }

    /** The CPU cannot reach the bytes of the area. */
    public Reply<DmaBuf> cpuAccess() {
        return Reply.refused(Errno.EINVAL, "an area of a dma-buf has no pages for the CPU");
    }

    /** Part of the area is to become another. */
    public Reply<IommufdArea> split() {
        return Reply.refused(Errno.EOPNOTSUPP, "an area of a dma-buf cannot be split");
    }

    /** {@code IOMMU_IOAS_UNMAP}. */
    public Reply<DmaBuf> unmap() {
        Attachment made = Optional.ofNullable(attachment).orElseThrow();
        return dmaBuf.reservation()
                .lock()
                .around(() -> {
                    memory = Optional.empty();
                    unpin(made);
                    return Reply.done(dmaBuf);
                })
                .then(done -> dmaBuf.detach(made))
                .then(done -> {
                    dmaBuf.put();
                    return Reply.done(dmaBuf);
                });
    }
}
