package org.p2psim.run.replay;

import java.util.Optional;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.SoftwareRdma;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.RdmaOperation;

/** Registration by RDMA in software, which never works. */
final class SoftwareRdmaOperations {
    private final RunState run;

    SoftwareRdmaOperations(RunState run) {
        this.run = run;
    }

    /** Whether that is what a device is. */
    boolean is(String device) {
        return driver(device).isPresent();
    }

    private Optional<Driver.Software> driver(String device) {
        return Optional.ofNullable(run.world().plan().lifetimes().drivers().get(device))
                .filter(Driver.Software.class::isInstance)
                .map(Driver.Software.class::cast);
    }

    /** As posted it did not get that far; as merged it has no device that does DMA. */
    Reply<Attachment> attach(String importer, DmaBuf dmaBuf) {
        boolean posted = driver(importer).orElseThrow().refusal() == SoftwareRdma.Refusal.IN_UMEM;
        return new SoftwareRdma(importer)
                .register(dmaBuf, posted ? SoftwareRdma.Refusal.IN_UMEM : SoftwareRdma.Refusal.IN_ATTACH);
    }

    void register(int number, RdmaOperation.RegisterMr op) {
        SoftwareRdma.Refusal refusal = driver(op.nic()).orElseThrow().refusal();
        run.kernel()
                .start(
                        new Line(number, op.mr(), "register-mr"),
                        () -> run.handles()
                                .exported(op.dmaBuf())
                                .then(dmaBuf -> new SoftwareRdma(op.nic()).register(dmaBuf, refusal)),
                        attachment -> "%s by %s".formatted(op.dmaBuf(), op.nic()),
                        reply -> {
                            if (reply instanceof Reply.Refused<Attachment> refused) {
                                run.handles()
                                        .regions()
                                        .put(op.mr(), new UserObject<>(Optional.empty(), Optional.of(refused.errno())));
                            }
                        });
    }
}
