package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Lock;
import org.p2psim.dmabuf.LockClass;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Timeout;
import org.p2psim.dmabuf.Wait;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Errno;

/**
 * A PCI function that a user owns through vfio-pci, and the dma-bufs of its BARs. The address of a BAR never changes, but
 * access to it may end: the memory-enable bit, a reset, low power and close revoke every dma-buf of the device
 * (drivers/vfio/pci/vfio_pci_dmabuf.c, vfio_pci_core.c, vfio_pci_config.c). Events run with {@code memory_lock} held for
 * writing; mapping and attaching never take it.
 */
public final class VfioPci {
    private final String name;
    private final Bdf function;
    private final ImmutableMap<Integer, AddressRange> bars;
    private final P2pdma p2pdma;
    private final DmaMap dmaMap;
    private final VfioProfile profile;
    private final Kernel kernel;
    private final Lock memoryLock;
    private final VfioDmaBufs dmaBufs = new VfioDmaBufs(this);
    private final List<Timeout> timeouts = new ArrayList<>();
    private boolean open = true;
    private boolean held = true;
    private boolean memoryEnable = true;
    private boolean lowPower;
    private boolean disabled;
    private boolean resetting;
    private boolean unbinding;
    private int calls;
    private Optional<Lock> setLock = Optional.empty();

    /**
     * A device that its user has opened, with memory enabled.
     *
     * @param bars memory BARs by index, in the deciding kernel's physical addresses
     */
    public VfioPci(
            String name,
            Bdf function,
            Map<Integer, AddressRange> bars,
            P2pdma p2pdma,
            DmaMap dmaMap,
            VfioProfile profile,
            Kernel kernel) {
        this.name = name;
        this.function = function;
        this.bars = ImmutableMap.copyOf(bars);
        this.p2pdma = p2pdma;
        this.dmaMap = dmaMap;
        this.profile = profile;
        this.kernel = kernel;
        this.memoryLock = new Lock(kernel, LockClass.MEMORY_LOCK, name);
    }

    /**
     * Before anything is exported: what the device is like at the start.
     *
     * @param isOpen whether a user has a descriptor of it
     * @param isEnabled its memory-enable bit
     */
    public void startsAs(boolean isOpen, boolean isEnabled) {
        open = isOpen;
        held = isOpen;
        memoryEnable = isEnabled;
    }

    public String name() {
        return name;
    }

    Timeout newTimeout() {
        Timeout timeout = new Timeout(kernel.current().cause());
        timeouts.add(timeout);
        return timeout;
    }

    /** Of waits that give up, in the order in which they began; each is to be told when its second is over. */
    public ImmutableList<Timeout> timeouts() {
        return ImmutableList.copyOf(timeouts);
    }

    /** Whether an event of it is under way, which holds its {@code memory_lock}. */
    public boolean isBusy() {
        return memoryLock.holder().isPresent();
    }

    public ImmutableMap<Integer, AddressRange> bars() {
        return bars;
    }

    VfioDmaBufs dmaBufList() {
        return dmaBufs;
    }

    Kernel kernel() {
        return kernel;
    }

    VfioProfile profile() {
        return profile;
    }

    DmaMap dmaMap() {
        return dmaMap;
    }

    /** Open and close of a function hold the lock of its set. */
    void joined(Lock lock) {
        setLock = Optional.of(lock);
    }

    /** A call on the device's descriptor, which is not released before the call is over. */
    private <T> Reply<T> call(Supplier<Reply<T>> body) {
        if (!open) {
            return notOpen();
        }
        calls++;
        return body.get().atEnd(() -> calls--);
    }

    Lock memoryLock() {
        return memoryLock;
    }

    /** Whether a user has a descriptor of it. */
    public boolean isOpen() {
        return open;
    }

    /** Whether it is open, or still being closed. */
    public boolean isHeld() {
        return held;
    }

    /** Its user has closed it, and its driver has still to disable it: until then nobody else gets its BARs. */
    public boolean isKeptByClose() {
        return held && !open && !disabled;
    }

    /** The memory-enable bit is set and the function is not in low power. */
    public boolean isMemoryEnabled() {
        return memoryEnable && !lowPower;
    }

    /** Whether requests to its BARs are answered now. */
    public boolean decodes() {
        return isMemoryEnabled() && !resetting && !disabled;
    }

    /**
     * Whether it can issue requests now: not in D3hot, and not in a reset, which clears Bus Master Enable (PCIe base
     * specification 5.0, 5.3.1.4.1 and 6.6.2).
     */
    public boolean issues() {
        return !lowPower && !resetting && !disabled;
    }

    /** References of dma-bufs and of an open descriptor, which a driver that is unbound waits for. */
    public int registrations() {
        return dmaBufs.registrations() + (held ? 1 : 0);
    }

    public Verdict verdict(Importer importer) {
        return p2pdma.verdict(function, importer.function());
    }

    /** Whether a dma-buf of this device, in its list or not, refuses to be mapped now. */
    public boolean isRevoked(DmaBuf dmaBuf) {
        return ((VfioBuffer) dmaBuf.exporter()).isClosedToMaps();
    }

    /** What the driver's own flag says, whatever mapping does ({@code vfio_pci_dma_buf.revoked}). */
    public boolean isMarkedRevoked(DmaBuf dmaBuf) {
        return ((VfioBuffer) dmaBuf.exporter()).isMarkedRevoked();
    }

    /** Whether the device was closed under a dma-buf. */
    public boolean isOrphan(DmaBuf dmaBuf) {
        return ((VfioBuffer) dmaBuf.exporter()).isOrphan();
    }

    /** The dma-bufs that events of the device revoke and restore, the oldest first. */
    public ImmutableList<DmaBuf> dmaBufs() {
        return dmaBufs.listed();
    }

    /**
     * {@code vfio_pci_dma_buf_iommufd_map()}: the physical memory of a dma-buf, for iommufd, which does not use the DMA
     * API. The reservation is held.
     */
    public static Reply<AddressRange> physicalRange(DmaBuf dmaBuf) {
        if (!(dmaBuf.exporter() instanceof VfioBuffer buffer)) {
            return Reply.refused(Errno.EOPNOTSUPP, dmaBuf.name() + " is not of vfio-pci");
        }
        if (buffer.isClosedToMaps()) {
            return Reply.refused(Errno.ENODEV, dmaBuf.name() + " is revoked");
        }
        ImmutableList<AddressRange> ranges = buffer.ranges(dmaBuf);
        return ranges.size() == 1
                ? Reply.done(ranges.get(0))
                : Reply.refused(Errno.EOPNOTSUPP, "%s has %d ranges".formatted(dmaBuf.name(), ranges.size()));
    }

    /** {@code VFIO_DEVICE_FEATURE_DMA_BUF} as posted in 2022: one slice; offset and length 0 are the whole BAR. */
    public Reply<DmaBuf> export(String dmaBuf, int region, long offset, long length) {
        if (profile != VfioProfile.RFC) {
            return export(dmaBuf, region, 0, List.of(new VfioSlice(offset, length)));
        }
        return VfioSlice.asPosted(bars, region, offset, length, kernel).then(slices -> made(dmaBuf, region, slices));
    }

    /** {@code VFIO_DEVICE_FEATURE_DMA_BUF} since 6.19: ranges in any order, which may overlap. */
    public Reply<DmaBuf> export(String dmaBuf, int region, int flags, List<VfioSlice> ranges) {
        if (profile == VfioProfile.RFC) {
            return flags == 0 && ranges.size() == 1
                    ? export(
                            dmaBuf,
                            region,
                            ranges.get(0).offset(),
                            ranges.get(0).length())
                    : Reply.refused(Errno.EINVAL, "as posted the call has one slice, and no flags");
        }
        return VfioSlice.asMerged(bars, region, flags, ranges)
                .then(slices -> unbinding
                        ? Reply.refused(Errno.ENODEV, name + " is being unregistered")
                        : made(dmaBuf, region, slices));
    }

    private Reply<DmaBuf> made(String dmaBuf, int region, ImmutableList<VfioSlice> slices) {
        return call(() -> dmaBufs.export(dmaBuf, region, slices));
    }

    /** The memory-enable bit of the (virtual) command register is written. */
    public Reply<VfioPci> writeMemoryEnable(boolean enable) {
        return call(() -> memoryLock.around(() -> {
            if (!enable) {
                return revokeAll().then(done -> {
                    memoryEnable = false;
                    return Reply.done(this);
                });
            }
            memoryEnable = true;
            return restoreAll();
        }));
    }

    /** Function level reset, by ioctl or by writing the bit; over when {@link #resetDone} was called. */
    public Reply<VfioPci> reset() {
        return call(() -> memoryLock.around(() -> revokeAll().then(done -> underReset("reset", this::restoreAll))));
    }

    /** The function does not answer until the reset is over. */
    private Reply<VfioPci> underReset(String what, Supplier<Reply<VfioPci>> next) {
        kernel.note(Journal.Action.RESET, name, what);
        return untilReset(what, next);
    }

    /** The same, with all functions of the bus; until they are restored. */
    Reply<VfioPci> underHotReset() {
        kernel.note(Journal.Action.RESET, name, Journal.Circumstance.HOT_RESET, "");
        return untilReset(Journal.Circumstance.HOT_RESET.text(), () -> Reply.done(this));
    }

    private Reply<VfioPci> untilReset(String what, Supplier<Reply<VfioPci>> next) {
        resetting = true;
        return Reply.after(
                new Wait(Wait.Kind.RESET, what + " of " + name, () -> !resetting, () -> List.of(name)), next);
    }

    /** The reset is over, after however long that takes. */
    public void resetDone() {
        resetting = false;
        kernel.note(Journal.Action.RESET_DONE, name, "");
    }

    public boolean isResetting() {
        return resetting;
    }

    /** Low-power entry and exit. */
    public Reply<VfioPci> setLowPower(boolean low) {
        return call(() -> memoryLock.around(() -> {
            if (low) {
                return revokeAll().then(done -> {
                    lowPower = true;
                    return Reply.done(this);
                });
            }
            lowPower = false;
            return restoreAll();
        }));
    }

    /** Access ends for every dma-buf of the list; {@code memory_lock} is held. */
    Reply<VfioPci> revokeAll() {
        return dmaBufs.each(VfioBuffer::revoke).then(done -> Reply.done(this));
    }

    /** Access comes back, if memory is enabled. */
    Reply<VfioPci> restoreAll() {
        return isMemoryEnabled() ? dmaBufs.each(VfioBuffer::restore).then(done -> Reply.done(this)) : Reply.done(this);
    }

    /** The user closes the device. Disabling the function resets it: over when {@link #resetDone} was called. */
    public Reply<VfioPci> close() {
        if (!open) {
            return notOpen();
        }
        open = false;
        return Reply.after(
                new Wait(
                        Wait.Kind.REFERENCES,
                        "calls on " + name,
                        () -> calls == 0,
                        () -> List.of("%d call(s) on %s".formatted(calls, name))),
                () -> setLock.isPresent() ? setLock.get().around(this::released) : released());
    }

    private Reply<VfioPci> released() {
        return kernel.has(Bug.DISABLED_BEFORE_REVOKED)
                ? disable().then(done -> cleanUp()).then(done -> closed())
                : cleanUp().then(done -> disable()).then(done -> closed());
    }

    private Reply<VfioPci> disable() {
        disabled = true;
        kernel.note(Journal.Action.DISABLE, name, "");
        return underReset("disable", () -> Reply.done(this));
    }

    private Reply<VfioPci> cleanUp() {
        return memoryLock.around(dmaBufs::cleanUp).then(done -> Reply.done(this));
    }

    private Reply<VfioPci> closed() {
        held = false;
        return Reply.done(this);
    }

    private <T> Reply<T> notOpen() {
        return Reply.refused(Errno.EBADF, name + " is not open");
    }

    /** Somebody opens the device again: its memory-enable bit is as after a reset. */
    public Reply<VfioPci> open() {
        if (unbinding) {
            return Reply.refused(Errno.ENODEV, name + " is no longer bound to vfio-pci");
        }
        if (held) {
            return Reply.refused(Errno.EBUSY, name + (open ? " is open" : " is still being closed"));
        }
        open = true;
        held = true;
        disabled = false;
        lowPower = false;
        memoryEnable = false;
        return Reply.done(this);
    }

    /** The driver is unbound, or the function unplugged: waits for everybody who has registered. */
    public Reply<VfioPci> unbind() {
        unbinding = true;
        return Reply.after(
                new Wait(Wait.Kind.REFERENCES, "references of " + name, () -> registrations() == 0, () -> holders()),
                () -> Reply.done(this));
    }

    private List<String> holders() {
        ImmutableList.Builder<String> holders = ImmutableList.builder();
        dmaBufs.listed().forEach(dmaBuf -> holders.add(dmaBuf.name()));
        if (held) {
            holders.add("the descriptor of " + name);
        }
        return holders.build();
    }
}
