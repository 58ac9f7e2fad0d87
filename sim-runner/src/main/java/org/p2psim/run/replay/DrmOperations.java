package org.p2psim.run.replay;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.ownership.DrmMaster;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.OwnershipChecks;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.DeviceOperation;

/**
 * Devices with one owner at a time. When he drops it, buffers that can move leave the device, and dma-bufs whose memory
 * cannot keep it from the next one.
 */
final class DrmOperations {
    private final RunState run;
    private final Landings landings;
    private final Map<String, DrmMaster> masters = new HashMap<>();
    /** Dma-bufs of owners who have dropped a device, which could not be taken away. */
    private final Map<String, List<DmaBuf>> left = new HashMap<>();

    DrmOperations(RunState run, Landings landings) {
        this.run = run;
        this.landings = landings;
        run.kernel().reads(noted -> {
            if (noted.action() == Journal.Action.GONE) {
                masters.values().forEach(master -> master.letsGo(noted.object()));
            }
        });
    }

    private DrmMaster master(String device) {
        return masters.computeIfAbsent(
                device, name -> new DrmMaster(run.kernel().kernel()));
    }

    void set(int number, DeviceOperation.SetMaster op) {
        run.kernel()
                .start(
                        new Line(number, op.device(), "set-master"),
                        () -> master(op.device()).become(op.user()),
                        user -> user + " is the owner",
                        reply -> {
                            if (reply instanceof Reply.Done<String>) {
                                checkOwner(op.device());
                            }
                        });
    }

    /** I-23: nothing of those before is left. */
    private void checkOwner(String device) {
        run.watch().checked(ImmutableSet.of(Invariant.ONE_OWNER), 1);
        for (DmaBuf dmaBuf : left.getOrDefault(device, List.of())) {
            OwnershipChecks.left(dmaBuf).forEach(violation -> landings.broken(violation, 1));
        }
    }

    void drop(int number, DeviceOperation.DropMaster op) {
        run.kernel()
                .start(
                        new Line(number, op.device(), "drop-master"),
                        () -> dropped(op.device()),
                        holders -> holders.isEmpty()
                                ? "the next one may come"
                                : "%s cannot be taken away".formatted(String.join(", ", holders)),
                        reply -> {});
    }

    private Reply<Set<String>> dropped(String device) {
        DrmMaster master = master(device);
        if (master.owner().isEmpty()) {
            return Reply.refused(Errno.EINVAL, "nobody is the owner of " + device);
        }
        master.drop();
        left.put(device, new ArrayList<>());
        Reply<Set<String>> reply = Reply.done(Set.of());
        for (DmaBuf dmaBuf : run.exporters().live(device)) {
            reply = reply.then(before -> takenAway(device, dmaBuf, master));
        }
        return reply;
    }

    private Reply<Set<String>> takenAway(String device, DmaBuf dmaBuf, DrmMaster master) {
        if (dmaBuf.exporter() instanceof GpuBuffer buffer && !buffer.isPinned()) {
            Gpu gpu = run.exporters().gpu(device).orElseThrow();
            return gpu.evict(buffer)
                    .then(moved -> Reply.<Set<String>>done(master.holders()))
                    .orElse(() -> kept(device, dmaBuf, master));
        }
        return kept(device, dmaBuf, master);
    }

    /** What cannot be taken away keeps its owner. */
    private Reply<Set<String>> kept(String device, DmaBuf dmaBuf, DrmMaster master) {
        left.computeIfAbsent(device, name -> new ArrayList<>()).add(dmaBuf);
        master.holds(dmaBuf.name());
        return Reply.done(master.holders());
    }

    void ioctl(int number, DeviceOperation.DrmIoctl op) {
        run.kernel()
                .start(
                        new Line(number, op.device(), "drm-ioctl"),
                        () -> master(op.device()).ioctl(op.user()),
                        user -> "of " + user,
                        reply -> {});
    }
}
