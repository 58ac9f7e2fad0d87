package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;

/**
 * The dma-bufs of a vfio-pci device ({@code vdev->dmabufs} in drivers/vfio/pci/vfio_pci_dmabuf.c): made from slices of a
 * BAR, listed with a registration each, and gone through by the events of the device.
 */
final class VfioDmaBufs {
    private final VfioPci device;
    private final Map<DmaBuf, VfioBuffer> listed = new LinkedHashMap<>();
    private final Map<VfioBuffer, ImmutableList<AddressRange>> exported = new LinkedHashMap<>();
    private int registrations;

    /** What an event of the device does to one of them. */
    interface Change {
        Reply<DmaBuf> apply(VfioBuffer buffer, DmaBuf dmaBuf);
    }

    VfioDmaBufs(VfioPci device) {
        this.device = device;
    }

    /** The oldest first. */
    ImmutableList<DmaBuf> listed() {
        return ImmutableList.copyOf(listed.keySet());
    }

    /** References to the device that they hold. */
    int registrations() {
        return registrations;
    }

    /** What the user asked to export, whatever the tables show. */
    ImmutableList<AddressRange> exportedRanges(VfioBuffer buffer) {
        return Optional.ofNullable(exported.get(buffer)).orElseThrow();
    }

    /** A dma-buf of slices that were checked. */
    Reply<DmaBuf> export(String dmaBuf, int region, ImmutableList<VfioSlice> slices) {
        boolean wrongBar = device.profile() == VfioProfile.RFC && region != 0 && kernel().has(Bug.BAR_INDEX_NOT_STORED);
        AddressRange bar = bar(region);
        VfioBuffer buffer = new VfioBuffer(device, VfioSlice.in(wrongBar ? bar(0) : bar, slices));
        exported.put(buffer, VfioSlice.in(bar, slices));
        long size = slices.stream().mapToLong(VfioSlice::length).sum();
        return DmaBuf.export(dmaBuf, size, buffer, kernel(), Optional.empty())
                .then(made -> device.memoryLock()
                        .around(() -> {
                            registrations++;
                            buffer.listed();
                            listed.put(made, buffer);
                            return Reply.done(made);
                        })
                        .then(DmaBuf::install)
                        .undo(() -> descriptorFailed(made)));
    }

    private AddressRange bar(int region) {
        return Optional.ofNullable(device.bars().get(region)).orElseThrow();
    }

    private Kernel kernel() {
        return device.kernel();
    }

    private Reply<DmaBuf> descriptorFailed(DmaBuf dmaBuf) {
        if (device.profile() == VfioProfile.RFC && kernel().has(Bug.DESCRIPTOR_FAILURE_LEAKS)) {
            kernel().note(Journal.Action.LEAK, dmaBuf.name(), "nobody is left to put it");
            return Reply.done(dmaBuf);
        }
        dmaBuf.put();
        if (kernel().has(Bug.DESCRIPTOR_FAILURE_PUTS_TWICE)) {
            registrations--;
            kernel().note(
                            Journal.Action.CRASH,
                            dmaBuf.name(),
                            "its registration is dropped again, and it is freed again");
        }
        return Reply.done(dmaBuf);
    }

    Reply<DmaBuf> released(DmaBuf dmaBuf, VfioBuffer buffer) {
        return device.memoryLock().around(() -> {
            if (!buffer.isOrphan()) {
                forget(dmaBuf);
            }
            return Reply.done(dmaBuf);
        });
    }

    private void forget(DmaBuf dmaBuf) {
        listed.remove(dmaBuf);
        registrations--;
    }

    /** The device is closed: they end for ever and leave the list; {@code memory_lock} is held. */
    Reply<VfioDmaBufs> cleanUp() {
        return each((buffer, dmaBuf) -> buffer.orphan(dmaBuf).then(done -> {
            forget(dmaBuf);
            return Reply.done(dmaBuf);
        }));
    }

    /** One after the other, {@code memory_lock} held; those whose last reference is gone are passed over. */
    Reply<VfioDmaBufs> each(Change change) {
        Reply<VfioDmaBufs> all = Reply.done(this);
        for (Map.Entry<DmaBuf, VfioBuffer> entry : List.copyOf(listed.entrySet())) {
            DmaBuf dmaBuf = entry.getKey();
            all = all.then(before -> {
                if (!dmaBuf.tryGet()) {
                    return Reply.done(this);
                }
                return change.apply(entry.getValue(), dmaBuf).then(done -> {
                    dmaBuf.put();
                    return Reply.done(this);
                });
            });
        }
        return all;
    }
}
