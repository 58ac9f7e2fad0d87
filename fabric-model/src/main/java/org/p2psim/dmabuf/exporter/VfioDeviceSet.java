package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Lock;
import org.p2psim.dmabuf.LockClass;
import org.p2psim.dmabuf.Reply;
import org.p2psim.platform.Errno;

/** The functions that a reset of a bus or slot resets together ({@code struct vfio_device_set}). */
public final class VfioDeviceSet {
    private final ImmutableList<VfioPci> devices;
    private final Lock lock;

    public VfioDeviceSet(Kernel kernel, List<VfioPci> devices) {
        this.devices = ImmutableList.copyOf(devices);
        this.lock = new Lock(
                kernel,
                LockClass.DEVICE_SET,
                String.join("+", devices.stream().map(VfioPci::name).toList()));
        devices.forEach(device -> device.joined(lock));
    }

    /**
     * {@code VFIO_DEVICE_PCI_HOT_RESET}: every device is revoked before the reset, and those whose memory is enabled are
     * restored after it. It is over when {@link VfioPci#resetDone} was called for each.
     *
     * @param ownsAll whether the user has shown that all affected groups are his
     */
    public Reply<VfioDeviceSet> hotReset(boolean ownsAll) {
        return lock.around(() -> {
            if (!ownsAll) {
                return Reply.refused(Errno.EINVAL, "a device of the set belongs to somebody else");
            }
            if (devices.stream().anyMatch(device -> device.memoryLock().holder().isPresent())) {
                return Reply.refused(Errno.EBUSY, "the memory of a device is in use");
            }
            return locked(0, this::reset);
        });
    }

    private Reply<VfioDeviceSet> locked(int first, Supplier<Reply<VfioDeviceSet>> body) {
        return first == devices.size()
                ? body.get()
                : devices.get(first).memoryLock().aroundWithTicket(() -> locked(first + 1, body));
    }

    private Reply<VfioDeviceSet> reset() {
        Reply<VfioPci> revoked = Reply.done(devices.get(0));
        for (VfioPci device : devices) {
            revoked = revoked.then(before -> device.revokeAll());
        }
        Reply<VfioPci> reset = revoked.then(before -> {
            // all go down at once; only then each is waited for
            Reply<VfioPci> up = Reply.done(before);
            List<Reply<VfioPci>> down =
                    devices.stream().map(VfioPci::underHotReset).toList();
            for (Reply<VfioPci> each : down) {
                up = up.then(done -> each);
            }
            return up;
        });
        for (VfioPci device : devices) {
            reset = reset.then(before -> device.restoreAll());
        }
        return reset.then(done -> Reply.done(this));
    }
}
