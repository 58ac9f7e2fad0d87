package org.p2psim.run.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.IommufdArea;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.IommufdOperation;

/** Dma-bufs in I/O address spaces of iommufd. */
final class IommufdOperations {
    private final RunState run;
    private final Map<String, IommufdArea> areas = new HashMap<>();

    IommufdOperations(RunState run) {
        this.run = run;
    }

    void perform(int number, IommufdOperation operation) {
        if (operation instanceof IommufdOperation.IommufdMap op) {
            map(number, op);
        } else if (operation instanceof IommufdOperation.IommufdUnmap op) {
            on(number, op, "iommufd-unmap", area -> {
                areas.remove(op.area());
                return area.unmap().then(unmapped -> Reply.done("its dma-buf is let go"));
            });
        } else if (operation instanceof IommufdOperation.IommufdSplit op) {
            on(number, op, "iommufd-split", area -> area.split().then(split -> Reply.done("")));
        } else if (operation instanceof IommufdOperation.IommufdAccess op) {
            on(number, op, "iommufd-access", area -> area.cpuAccess().then(accessed -> Reply.done("")));
        } else if (operation instanceof IommufdOperation.IommufdMapDomain op) {
            on(
                    number,
                    op,
                    "iommufd-map-domain",
                    area -> Reply.done(reached(area.mapIntoDomain()).orElse("a hole: it was revoked")));
        }
    }

    private void map(int number, IommufdOperation.IommufdMap op) {
        run.kernel()
                .start(
                        new Line(number, op.area(), "iommufd-map"),
                        () -> iommufd(op.device())
                                .then(iommufd -> run.handles()
                                        .exported(op.dmaBuf())
                                        .then(dmaBuf -> IommufdArea.map(
                                                dmaBuf,
                                                iommufd,
                                                op.offset(),
                                                op.length().orElse(dmaBuf.size() - op.offset())))),
                        area -> reached(area.memory()).orElse("nothing"),
                        reply -> {
                            if (reply instanceof Reply.Done<IommufdArea> made) {
                                areas.put(op.area(), made.value());
                            }
                        });
    }

    /** It attaches for a device with callbacks and for peers, whatever that device's own driver would do. */
    private Reply<Importer> iommufd(String device) {
        return run.importers()
                .importer(device)
                .then(own -> Reply.done(
                        new Importer("iommufd of " + own.name(), own.function(), true, true, own.maxSegmentSize())));
    }

    private static Optional<String> reached(Optional<AddressRange> memory) {
        return memory.map(range -> "devices reach %s".formatted(range));
    }

    private void on(int number, IommufdOperation operation, String what, Function<IommufdArea, Reply<String>> operate) {
        run.kernel()
                .start(
                        new Line(number, operation.area(), what),
                        () -> {
                            IommufdArea area = areas.get(operation.area());
                            return area == null
                                    ? Reply.refused(Errno.ENOENT, "%s is not mapped".formatted(operation.area()))
                                    : operate.apply(area);
                        },
                        detail -> detail,
                        reply -> {});
    }
}
