package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioSlice;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.unit.Bytes;

/** What the exporting process does with dma-bufs, and what it asks their exporters to do. */
final class DmaBufOperations {
    private final RunState run;
    private final DeviceUsers users;

    DmaBufOperations(RunState run, DeviceUsers users) {
        this.run = run;
        this.users = users;
    }

    void export(int number, DmaBufOperation.Export op) {
        run.kernel()
                .start(
                        new Line(number, op.dmaBuf(), "export"),
                        () -> exported(op),
                        dmaBuf -> "%s of %s".formatted(Bytes.format(dmaBuf.size()), op.from()),
                        reply -> {
                            if (reply instanceof Reply.Done<DmaBuf> made) {
                                run.exporters().exported(made.value(), op.from());
                            }
                            run.handles().dmaBufs().put(op.dmaBuf(), UserObject.of(reply));
                        });
    }

    private Reply<DmaBuf> exported(DmaBufOperation.Export op) {
        Optional<Habanalabs> habanalabs = run.exporters().habanalabs(op.from());
        Optional<VfioPci> vfio = run.exporters().vfio(op.from());
        Optional<Gpu> gpu = run.exporters().gpu(op.from());
        if (run.exporters().isGone(op.from())) {
            return Reply.refused(Errno.ENODEV, "%s is gone".formatted(op.from()));
        } else if (habanalabs.isPresent()) {
            return users.nobodyHas(op.from()) ? users.notOpen(op.from()) : exported(op, habanalabs.get());
        } else if (vfio.isPresent()) {
            return exported(op, vfio.get());
        } else if (gpu.isPresent()) {
            return exported(op, gpu.get());
        }
        return run.world().seenAddress(op.from()).isPresent()
                ? Reply.refused(Errno.EOPNOTSUPP, "no driver of %s exports dma-bufs".formatted(op.from()))
                : Reply.refused(Errno.ENODEV, "%s is not in this machine".formatted(op.from()));
    }

    private static Reply<DmaBuf> exported(DmaBufOperation.Export op, Habanalabs driver) {
        return op.handle().isPresent()
                ? driver.exportByHandle(
                        op.dmaBuf(), op.handle().get(), op.handleUpper().orElse(0))
                : driver.exportByAddress(
                        op.dmaBuf(), op.address().orElseThrow(), op.size().orElseThrow());
    }

    private static Reply<DmaBuf> exported(DmaBufOperation.Export op, VfioPci driver) {
        if (op.region().isEmpty()) {
            return Reply.refused(Errno.EINVAL, "vfio-pci exports regions, and the line says none");
        }
        int region = op.region().getAsInt();
        long offset = op.offset().orElse(0);
        if (op.ranges().isPresent()) {
            return driver.export(
                    op.dmaBuf(), region, op.flags(), slices(op.ranges().get()));
        }
        if (op.flags() != 0) {
            List<VfioSlice> slice = List.of(new VfioSlice(offset, op.length().orElse(0)));
            return driver.export(op.dmaBuf(), region, op.flags(), slice);
        }
        boolean whole = op.offset().isEmpty() && op.length().isEmpty();
        long length = whole
                ? Optional.ofNullable(driver.bars().get(region))
                        .map(bar -> bar.size())
                        .orElse(0L)
                : op.length().orElse(0);
        return driver.export(op.dmaBuf(), region, offset, length);
    }

    private static ImmutableList<VfioSlice> slices(List<DmaBufOperation.Slice> ranges) {
        return ranges.stream()
                .map(range -> new VfioSlice(range.offset(), range.length()))
                .collect(ImmutableList.toImmutableList());
    }

    private Reply<DmaBuf> exported(DmaBufOperation.Export op, Gpu driver) {
        if (op.handle().isEmpty()) {
            return Reply.refused(Errno.EINVAL, "a GPU exports buffers by their handles");
        }
        return run.handles().allocated(op.handle().get()).then(allocation -> {
            Optional<GpuBuffer> buffer = allocation.buffer().filter(found -> !allocation.isFreed());
            return buffer.isPresent()
                    ? driver.export(buffer.get(), op.dmaBuf())
                    : Reply.refused(Errno.EINVAL, "handle %s is unknown".formatted(allocation.handle()));
        });
    }

    void close(int number, DmaBufOperation.Close op) {
        run.kernel()
                .start(
                        new Line(number, op.dmaBuf(), "close"),
                        () -> run.handles().exported(op.dmaBuf()).then(DmaBuf::close),
                        dmaBuf -> dmaBuf.isReleased()
                                ? "the last reference is gone: released"
                                : "descriptor closed; %d reference(s) keep it".formatted(dmaBuf.references()),
                        reply -> {});
    }

    void revoke(int number, DmaBufOperation.Revoke op) {
        run.kernel()
                .start(
                        new Line(number, op.dmaBuf(), "revoke"),
                        () -> run.handles().exported(op.dmaBuf()).then(this::revoked),
                        done -> "",
                        reply -> {});
    }

    private Reply<DmaBuf> revoked(DmaBuf dmaBuf) {
        if (dmaBuf.exporter() instanceof Habanalabs) {
            return pinned("revoked");
        }
        String device = run.exporters().device(dmaBuf);
        return Reply.refused(
                Errno.EOPNOTSUPP,
                dmaBuf.exporter() instanceof GpuBuffer
                        ? "a GPU moves its buffers, and has nothing to revoke one with"
                        : "vfio-pci revokes when memory of %s is disabled, or it is reset or closed".formatted(device));
    }

    void move(int number, DmaBufOperation.Move op) {
        run.kernel()
                .start(
                        new Line(number, op.dmaBuf(), "move"),
                        () -> run.handles().exported(op.dmaBuf()).then(this::moved),
                        done -> "",
                        reply -> {});
    }

    private Reply<DmaBuf> moved(DmaBuf dmaBuf) {
        if (dmaBuf.exporter() instanceof GpuBuffer buffer) {
            Gpu gpu = run.exporters().gpu(run.exporters().device(dmaBuf)).orElseThrow();
            return gpu.defragment(buffer).then(moved -> Reply.done(dmaBuf));
        }
        return dmaBuf.exporter() instanceof Habanalabs
                ? pinned("moved")
                : Reply.refused(Errno.EOPNOTSUPP, "the address of a BAR never changes");
    }

    private static Reply<DmaBuf> pinned(String verb) {
        return Reply.refused(
                Errno.EOPNOTSUPP, "habanalabs pins its memory and has no move_notify: it cannot be " + verb);
    }
}
