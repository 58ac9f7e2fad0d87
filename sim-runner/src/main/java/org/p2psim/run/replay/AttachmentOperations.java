package org.p2psim.run.replay;

import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Direction;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.Wait;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.DmaBufOperation;

/** What an importing driver does with a dma-buf, step by step. */
final class AttachmentOperations {
    private final RunState run;
    private final SoftwareRdmaOperations software;
    private final Landings landings;
    private final Set<Attachment> detaching = new HashSet<>();
    /** The steps with each attachment, by its name, that are not over. */
    private final SetMultimap<String, Line> underWay = LinkedHashMultimap.create();

    AttachmentOperations(RunState run, SoftwareRdmaOperations software, Landings landings) {
        this.run = run;
        this.software = software;
        this.landings = landings;
    }

    void attach(int number, DmaBufOperation.Attach op) {
        run.kernel()
                .start(
                        new Line(number, op.attachment(), "attach"),
                        () -> attached(op),
                        attachment -> "%s to %s, peer2peer %s"
                                .formatted(op.importer(), op.dmaBuf(), attachment.peer2peer() ? "kept" : "cleared"),
                        reply -> run.handles().attachments().put(op.attachment(), UserObject.of(reply)));
    }

    private Reply<Attachment> attached(DmaBufOperation.Attach op) {
        if (software.is(op.importer())) {
            return run.handles().exported(op.dmaBuf()).then(dmaBuf -> software.attach(op.importer(), dmaBuf));
        }
        return run.importers()
                .importer(op.importer())
                .then(importer -> run.handles()
                        .exported(op.dmaBuf())
                        .then(DmaBuf::get)
                        .then(held -> held.attach(importer, run.importers().callback(importer))
                                .undo(() -> {
                                    held.put();
                                    return Reply.done(held);
                                })));
    }

    /** A step of a driver with an attachment of its own. */
    private <T> void step(
            int number, String attachment, String what, Supplier<Reply<T>> operation, Function<T, String> detail) {
        Line line = new Line(number, attachment, what);
        underWay.put(attachment, line);
        run.kernel().start(line, operation, detail, reply -> underWay.remove(attachment, line));
    }

    void pin(int number, DmaBufOperation.Pin op) {
        step(
                number,
                op.attachment(),
                "pin",
                () -> attachment(op.attachment())
                        .then(attachment ->
                                attachment.dmaBuf().reservation().lock().around(attachment::pin)),
                done -> "the memory stays where it is");
    }

    void unpin(int number, DmaBufOperation.Unpin op) {
        step(
                number,
                op.attachment(),
                "unpin",
                () -> attachment(op.attachment())
                        .then(attachment -> attachment
                                .dmaBuf()
                                .reservation()
                                .lock()
                                .around(() -> {
                                    attachment.unpin();
                                    return Reply.done(attachment);
                                })),
                done -> "the memory may move again");
    }

    void map(int number, DmaBufOperation.Map op) {
        Direction direction = op.direction().orElse(Direction.BIDIRECTIONAL);
        step(
                number,
                op.attachment(),
                "map",
                () -> attachment(op.attachment())
                        .then(attachment -> attachment
                                .dmaBuf()
                                .reservation()
                                .lock()
                                .around(() -> attachment(op.attachment()).then(found -> found.map(direction)))),
                table -> summary(table) + inWords(direction));
    }

    private static String inWords(Direction direction) {
        return switch (direction) {
            case BIDIRECTIONAL -> "";
            case TO_DEVICE -> ", to be read";
            case FROM_DEVICE -> ", to be written";
        };
    }

    private static String summary(SgTable table) {
        int entries = table.entries().size();
        return entries == 0
                ? "0 entries"
                : "%d entr%s, the first at 0x%x"
                        .formatted(
                                entries,
                                entries == 1 ? "y" : "ies",
                                table.entries().get(0).address());
    }

    void unmap(int number, DmaBufOperation.Unmap op) {
        step(
                number,
                op.attachment(),
                "unmap",
                () -> mapped(op)
                        .then(attachment -> attachment
                                .dmaBuf()
                                .reservation()
                                .lock()
                                .around(() -> mapped(op)
                                        .then(mapped -> mapped.whenDriverUnmaps(() -> whenOver(mapped, () -> {
                                            mapped.unmap(number(op, mapped));
                                            return Reply.done(mapped);
                                        }))))),
                done -> "the addresses are given back");
    }

    /** A driver gives no addresses back that its device still uses. */
    private Reply<Attachment> whenOver(Attachment attachment, Supplier<Reply<Attachment>> next) {
        return !landings.through(attachment).isEmpty() && run.kernel().kernel().has(Bug.UNMAPS_WITH_DMA_IN_FLIGHT)
                ? next.get()
                : Reply.after(
                        new Wait(
                                Wait.Kind.DMA,
                                "DMA through " + attachment.name(),
                                () -> landings.through(attachment).isEmpty(),
                                () -> landings.through(attachment)),
                        next);
    }

    void detach(int number, DmaBufOperation.Detach op) {
        run.kernel()
                .start(
                        new Line(number, op.attachment(), "detach"),
                        () -> attachment(op.attachment())
                                .then(this::onlyOnce)
                                .then(attachment -> afterEarlier(op.attachment(), attachment))
                                .then(attachment -> attachment
                                        .dmaBuf()
                                        .detach(attachment)
                                        .then(detached -> {
                                            attachment.dmaBuf().put();
                                            return Reply.done(attachment);
                                        })),
                        attachment -> "%s%d reference(s) left"
                                .formatted(
                                        attachment.inDevice().isPresent() ? "still mapped; " : "",
                                        attachment.dmaBuf().references()),
                        reply -> {});
    }

    /** The steps of a driver come one after the other: what it began before is over when it detaches. */
    private Reply<Attachment> afterEarlier(String name, Attachment attachment) {
        return Reply.after(
                new Wait(
                        Wait.Kind.LOCK,
                        "what the driver of %s does with %s before"
                                .formatted(attachment.importer().name(), name),
                        () -> !underWay.containsKey(name),
                        () -> underWay.get(name).stream().map(Line::name).toList()),
                () -> Reply.done(attachment));
    }

    /** A driver detaches once, even if that has to wait. */
    private Reply<Attachment> onlyOnce(Attachment attachment) {
        return detaching.add(attachment)
                ? Reply.done(attachment)
                : Reply.refused(Errno.EINVAL, "%s is being detached".formatted(attachment.name()));
    }

    /** An attachment that is still attached. */
    private Reply<Attachment> attachment(String name) {
        Optional<Attachment> attachment = run.handles()
                .attachment(name)
                .filter(found -> found.dmaBuf().attachments().contains(found));
        return attachment.isPresent()
                ? Reply.done(attachment.get())
                : Reply.refused(Errno.EINVAL, "%s is not attached".formatted(name));
    }

    /** The same, if it holds the mapping that is to be given back. */
    private Reply<Attachment> mapped(DmaBufOperation.Unmap op) {
        return attachment(op.attachment())
                .then(attachment -> attachment.holds(number(op, attachment))
                        ? Reply.done(attachment)
                        : Reply.refused(Errno.EINVAL, "%s is not mapped".formatted(op.attachment())));
    }

    private static long number(DmaBufOperation.Unmap op, Attachment attachment) {
        return op.mapping().isPresent() ? op.mapping().getAsInt() : attachment.newestMapping();
    }
}
