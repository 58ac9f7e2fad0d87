package org.p2psim.lifetime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.dmabuf.ownership.DrmMaster;
import org.p2psim.invariant.OwnershipChecks;

/** A GPU whose ioctls are its master's alone; what cannot be revoked keeps its last master's place. */
final class OwnedGpu extends GpuDevice {
    private final DrmMaster master;
    /** Buffers of those who were master before. */
    private final List<DmaBuf> left = new ArrayList<>();

    private Optional<String> last = Optional.empty();

    OwnedGpu(Lifetime life) {
        super(life, GpuProfile.Driver.AMDGPU);
        master = new DrmMaster(life.kernel);
    }

    @Override
    void step() {
        if (life.random.nextInt(4) != 0) {
            master.owner().ifPresent(owner -> super.step());
        } else if (master.owner().isPresent()) {
            master.drop();
            left.addAll(life.dmaBufs);
        } else {
            become(life.random.nextBoolean() ? "A" : "B");
        }
    }

    private void become(String user) {
        if (!(master.become(user) instanceof Reply.Done<String>)) {
            return;
        }
        if (!last.equals(Optional.of(user))) {
            List<DmaBuf> pinned = left.stream().filter(OwnedGpu::isPinned).toList();
            life.found(OwnershipChecks.opened(pinned, owned(), new AddressRange(0, Kernel.PAGE_SIZE), false));
        }
        last = Optional.of(user);
    }

    private static boolean isPinned(DmaBuf dmaBuf) {
        return dmaBuf.attachments().stream().anyMatch(Attachment::isPinned);
    }

    @Override
    void track() {
        super.track();
        for (DmaBuf dmaBuf : life.dmaBufs) {
            if (isPinned(dmaBuf)) {
                master.holds(dmaBuf.name());
            } else {
                master.letsGo(dmaBuf.name());
            }
        }
    }
}
