package org.p2psim.dmabuf.importer;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Lock;
import org.p2psim.dmabuf.LockClass;
import org.p2psim.dmabuf.Reply;
import org.p2psim.platform.Errno;

/** An RDMA device with its driver: registers memory regions and gives out their keys. */
public final class RdmaNic {
    private final Importer importer;
    private final Optional<RdmaFlavour> flavour;
    private final Kernel kernel;
    private final MemoryKeys keys;
    private final List<MemoryRegion> regions = new ArrayList<>();

    /** @param flavour how its driver imports; empty if it has no registration of dma-bufs */
    public RdmaNic(Importer importer, Optional<RdmaFlavour> flavour, Kernel kernel) {
        this.importer = importer;
        this.flavour = flavour;
        this.kernel = kernel;
        this.keys = new MemoryKeys(kernel);
    }

    public RdmaNic(Importer importer, RdmaFlavour flavour, Kernel kernel) {
        this(importer, Optional.of(flavour), kernel);
    }

    public Importer importer() {
        return importer;
    }

    public MemoryKeys keys() {
        return keys;
    }

    Kernel kernel() {
        return kernel;
    }

    /** Every region that was registered, also those that are gone, in order. */
    public ImmutableList<MemoryRegion> regions() {
        return ImmutableList.copyOf(regions);
    }

    /** {@code ibv_reg_dmabuf_mr()}. */
    public Reply<MemoryRegion> register(MemoryRegion.Request request, DmaBuf dmaBuf) {
        return register(request, dmaBuf, step -> {});
    }

    /**
     * The kernel's checks in its order, then reference, attach, pin and map. A refusal undoes what was done.
     *
     * @param steps told what was done
     */
    public Reply<MemoryRegion> register(
            MemoryRegion.Request request, DmaBuf dmaBuf, Consumer<MemoryRegion.Step> steps) {
        if (flavour.isEmpty()) {
            return Reply.refused(Errno.EOPNOTSUPP, importer.name() + " has no registration of dma-bufs");
        }
        return request.checked()
                .then(ok -> dmaBuf.get())
                .then(held -> request.checkedAgainst(held)
                        .then(ok -> attached(request, held, steps))
                        .undo(() -> {
                            held.put();
                            return Reply.done(held);
                        }));
    }

    private Reply<MemoryRegion> attached(
            MemoryRegion.Request request, DmaBuf dmaBuf, Consumer<MemoryRegion.Step> steps) {
        MemoryRegion region = new MemoryRegion(this, flavour.orElseThrow(), request);
        return dmaBuf.attach(importer, region.callback()).then(attachment -> {
            steps.accept(
                    new MemoryRegion.Step("attach", attachment.peer2peer() ? "peer2peer kept" : "peer2peer cleared"));
            return regionLocked(region, () -> region.build(attachment, steps))
                    .undo(() -> dmaBuf.detach(attachment))
                    .then(built -> {
                        regions.add(built);
                        return Reply.done(built);
                    });
        });
    }

    /** With the lock that RDMA was taken to have before it used the reservation, if this kernel is given that one. */
    <T> Reply<T> regionLocked(MemoryRegion region, Supplier<Reply<T>> body) {
        if (!kernel.has(Bug.INVERTED_REGION_LOCK)) {
            return body.get();
        }
        return region.ownLock().around(body);
    }

    Lock newRegionLock(String region) {
        return new Lock(kernel, LockClass.REGION_LOCK, region);
    }

    /**
     * Its own driver revokes a region because its device goes away (data direct): unmapped and unpinned, while the user
     * keeps the key.
     */
    public Reply<MemoryRegion> revoke(MemoryRegion region) {
        if (flavour.orElseThrow() != RdmaFlavour.PINNED_WITH_REVOKE) {
            return Reply.refused(Errno.EOPNOTSUPP, "regions of %s have no revoke flag".formatted(importer.name()));
        }
        return region.revokeByDriver();
    }
}
