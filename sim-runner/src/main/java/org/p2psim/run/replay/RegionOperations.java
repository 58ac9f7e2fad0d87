package org.p2psim.run.replay;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.RdmaOperation;

/** Memory regions over dma-bufs. */
final class RegionOperations {
    private final RunState run;
    private final Set<MemoryRegion> deregistering = new HashSet<>();

    RegionOperations(RunState run) {
        this.run = run;
    }

    void register(int number, RdmaOperation.RegisterMr op) {
        run.kernel()
                .start(
                        new Line(number, op.mr(), "register-mr"),
                        () -> run.importers()
                                .nic(op.nic())
                                .then(nic -> run.handles()
                                        .exported(op.dmaBuf())
                                        .then(dmaBuf -> nic.register(request(op, dmaBuf), dmaBuf))),
                        region -> "%s by %s".formatted(op.dmaBuf(), op.nic()),
                        reply -> run.handles().regions().put(op.mr(), UserObject.of(reply)));
    }

    private static MemoryRegion.Request request(RdmaOperation.RegisterMr op, DmaBuf dmaBuf) {
        return new MemoryRegion.Request(
                op.mr(),
                op.offset(),
                op.length().orElse(dmaBuf.size() - op.offset()),
                op.iova().orElse(op.offset()),
                op.access());
    }

    /** The NIC stops using the region first: what it has on the wire comes to its end before the pages are unmapped. */
    void deregister(int number, RdmaOperation.DeregisterMr op) {
        run.kernel()
                .start(
                        new Line(number, op.mr(), "deregister-mr"),
                        () -> registered(op.mr()).then(this::onlyOnce).then(MemoryRegion::deregister),
                        region -> "unmapped, detached, reference dropped",
                        reply -> {});
    }

    void revoke(int number, RdmaOperation.RevokeMr op) {
        run.kernel()
                .start(
                        new Line(number, op.mr(), "revoke-mr"),
                        () -> registered(op.mr()).then(region -> region.nic().revoke(region)),
                        region -> "its NIC uses it no more",
                        reply -> {});
    }

    /** A user deregisters once, even if that has to wait. */
    private Reply<MemoryRegion> onlyOnce(MemoryRegion region) {
        return deregistering.add(region)
                ? Reply.done(region)
                : Reply.refused(Errno.EINVAL, "%s is being deregistered".formatted(region.name()));
    }

    private Reply<MemoryRegion> registered(String mr) {
        Optional<MemoryRegion> region = run.handles().region(mr).filter(MemoryRegion::isRegistered);
        return region.isPresent()
                ? Reply.done(region.get())
                : Reply.refused(Errno.EINVAL, "%s is not registered".formatted(mr));
    }
}
