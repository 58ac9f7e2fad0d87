package org.p2psim.run.replay;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Poll;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Timeout;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.CpuOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.unit.Bytes;

/** What the CPU does with dma-bufs and their descriptors. */
final class CpuOperations {
    private final RunState run;

    CpuOperations(RunState run) {
        this.run = run;
    }

    void perform(int number, CpuOperation operation) {
        if (operation instanceof CpuOperation.BeginCpuAccess op) {
            on(number, op, "begin-cpu-access", dmaBuf -> dmaBuf.cpuAccess().begin(op.write()));
        } else if (operation instanceof CpuOperation.EndCpuAccess op) {
            on(number, op, "end-cpu-access", dmaBuf -> dmaBuf.cpuAccess().end());
        } else if (operation instanceof CpuOperation.Vmap op) {
            on(number, op, "vmap", dmaBuf -> dmaBuf.reservation().lock().around(dmaBuf.cpuAccess()::vmap));
        } else if (operation instanceof CpuOperation.Vunmap op) {
            on(number, op, "vunmap", CpuOperations::vunmapped);
        } else if (operation instanceof CpuOperation.Mmap op) {
            on(
                    number,
                    op,
                    "mmap",
                    byDescriptor(dmaBuf ->
                            dmaBuf.cpuAccess().mmap(op.offset(), op.length().orElse(dmaBuf.size() - op.offset()))));
        } else if (operation instanceof CpuOperation.Sync op) {
            on(number, op, "sync", byDescriptor(dmaBuf -> dmaBuf.cpuAccess().sync(op.flags())));
        } else if (operation instanceof CpuOperation.Seek op) {
            seek(number, op);
        } else if (operation instanceof CpuOperation.Poll op) {
            poll(number, op);
        } else if (operation instanceof CpuOperation.Signal op) {
            signal(number, op);
        } else if (operation instanceof CpuOperation.LimitDescriptors op) {
            limit(number, op);
        }
    }

    private void on(int number, CpuOperation.OfDmaBuf operation, String what, Function<DmaBuf, Reply<DmaBuf>> access) {
        run.kernel()
                .start(
                        new Line(number, operation.dmaBuf(), what),
                        () -> run.handles()
                                .exported(operation.dmaBuf())
                                .then(CpuOperations::live)
                                .then(access),
                        done -> "",
                        reply -> {});
    }

    /** User space comes by its descriptor; the kernel holds a reference. */
    private static Function<DmaBuf, Reply<DmaBuf>> byDescriptor(Function<DmaBuf, Reply<DmaBuf>> access) {
        return dmaBuf -> dmaBuf.byDescriptor().then(access);
    }

    private static Reply<DmaBuf> live(DmaBuf dmaBuf) {
        return dmaBuf.isReleased()
                ? Reply.refused(Errno.EBADF, "%s is released".formatted(dmaBuf.name()))
                : Reply.done(dmaBuf);
    }

    private static Reply<DmaBuf> vunmapped(DmaBuf dmaBuf) {
        return dmaBuf.reservation().lock().around(() -> {
            dmaBuf.cpuAccess().vunmap();
            return Reply.done(dmaBuf);
        });
    }

    private void seek(int number, CpuOperation.Seek op) {
        run.kernel()
                .start(
                        new Line(number, op.dmaBuf(), "seek"),
                        () -> run.handles()
                                .exported(op.dmaBuf())
                                .then(DmaBuf::byDescriptor)
                                .then(dmaBuf -> dmaBuf.cpuAccess().seek(op.offset(), op.whence())),
                        Bytes::format,
                        reply -> {});
    }

    private void poll(int number, CpuOperation.Poll op) {
        Line line = new Line(number, op.dmaBuf(), "poll");
        Timeout timeout = new Timeout(number);
        if (op.timeout().equals(OptionalLong.of(0))) {
            timeout.expire();
        }
        run.kernel()
                .start(
                        line,
                        () -> run.handles()
                                .exported(op.dmaBuf())
                                .then(dmaBuf -> dmaBuf.poll().poll(op.events(), timeout)),
                        events ->
                                events.isEmpty() ? "no event" : Joiner.on(", ").join(events),
                        reply -> {
                            if (reply instanceof Reply.Done<ImmutableSet<Poll.Event>> done) {
                                line.gives(done.value());
                            }
                        });
        if (line.end().isEmpty()) {
            op.timeout()
                    .ifPresent(ticks ->
                            run.kernel().happensAfter(ticks, number, "timeout of " + line.name(), timeout::expire));
        }
    }

    private void signal(int number, CpuOperation.Signal op) {
        run.kernel()
                .start(
                        new Line(number, op.line(), "signal"),
                        () -> Reply.done(numbers(op.line()).anyMatch(run.kernel()::signal)),
                        delivered -> delivered ? "" : "nobody is there any more",
                        reply -> {});
    }

    /** Of the line with an id; of none in a timeline that was shortened. */
    private IntStream numbers(String id) {
        List<Operation> timeline = run.world().plan().timeline();
        return IntStream.range(0, timeline.size())
                .filter(i -> timeline.get(i).id().equals(Optional.of(id)));
    }

    private void limit(int number, CpuOperation.LimitDescriptors op) {
        run.kernel()
                .start(
                        new Line(number, "descriptors", "limit-descriptors"),
                        () -> {
                            run.kernel().kernel().limitDescriptors(op.free());
                            return Reply.done(op.free());
                        },
                        free -> "%d free".formatted(free),
                        reply -> {});
    }
}
