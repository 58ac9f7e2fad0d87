package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.RegionChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Plan;

/** DMA through mapped tables: what is on its way, and who stops it. */
final class Transfers {
    private final RunState run;
    private final Ways ways;
    private final Landings landings;
    private final WireTransfers rdma;
    private final List<Transfer> running = new ArrayList<>();
    private final Map<String, Integer> counted = new LinkedHashMap<>();

    /**
     * What a timeline's line asks for.
     *
     * @param line named as the transfer is
     * @param owner the MR or attachment whose table is used
     * @param region the MR, if it is one
     * @param local RDMA with a NIC of this machine as the peer: its end
     * @param tag whose data a write brings
     */
    record Order(
            Line line,
            String owner,
            Attachment attachment,
            Optional<MemoryRegion> region,
            boolean read,
            long bytes,
            Optional<LocalEnd> local,
            String tag) {
        String lane() {
            return line.lane();
        }

        String operation() {
            return line.what();
        }
    }

    /** The memory of the NIC that asks for an RDMA operation. */
    record LocalEnd(MemoryRegion region, long size) {
        /** What is left of it. */
        ImmutableList<SgTable.Entry> segments(long from) {
            return region.segments(from, size - from);
        }

        Attachment attachment() {
            return region.attachment();
        }
    }

    Transfers(RunState run, Ways ways, Landings landings, WorkQueues queues) {
        this.run = run;
        this.ways = ways;
        this.landings = landings;
        this.rdma = new WireTransfers(this, run, ways, queues);
        run.kernel().follows(this::stopUntranslated);
    }

    /** The line of a transfer, which is what the scenario calls it, or its operation with a number. */
    Line line(int number, Optional<String> id, String operation) {
        int count = counted.merge(operation, 1, Integer::sum);
        return new Line(number, id.orElse(operation + " #" + count), operation);
    }

    /**
     * A transfer whose line has begun moves nothing: it counts as asked for.
     *
     * @param why in a sentence, which names the status of the work completion where there is no errno
     */
    void refused(Line line, String owner, long bytes, Optional<Errno> errno, String why) {
        run.kernel().refused(line, errno, why);
        Optional<Plan.Import> made = run.world().plan().imports().stream()
                .filter(each -> each.owner().equals(owner))
                .findFirst();
        refused(
                line,
                made.map(Plan.Import::importer).orElse(""),
                made.map(Plan.Import::exporter).orElse(""),
                bytes,
                errno);
    }

    void refused(Line line, String initiator, String target, long bytes, Optional<Errno> errno) {
        run.recorder()
                .transfer(TransferOutcome.refused(
                        line.lane(),
                        line.what(),
                        initiator,
                        target,
                        bytes,
                        line.start(),
                        run.engine().now(),
                        errno));
    }

    /** NICs have several under way at once, up to the reads that both ends have agreed on. */
    void cautionInTurn(String queuePair) {
        ways.caution("work requests of %s begin when the one before is over; a NIC has several under way, so that many"
                        .formatted(queuePair)
                + " small ones together are faster than shown");
    }

    /** The way to what a table points to: memory of the host, or the device that exports it. */
    Ways.Way way(Attachment attachment, List<SgTable.Entry> segments, boolean read) {
        Piece first = Piece.of(run.dmaMap(), attachment, segments).get(0);
        String initiator = attachment.importer().name();
        String exporter = run.exporters().device(attachment.dmaBuf());
        boolean ofHost = run.exporters().gpu(exporter).isPresent()
                && landings.deviceAt(first.memory()).isEmpty();
        if (ofHost) {
            return ways.toMemory(
                    initiator, Optional.empty(), attachment.dmaBuf().size(), read);
        }
        return ways.way(
                initiator,
                exporter,
                read,
                run.dmaMap().kind(attachment.importer(), segments.get(0).address()));
    }

    /** The NIC or device begins to move what an order asks for. */
    Transfer begin(Order order, ImmutableList<SgTable.Entry> segments) {
        Transfer transfer =
                new Transfer(run, ways, order, way(order.attachment(), segments, order.read()), this::ended);
        run.watch().checked(ImmutableSet.of(Invariant.PEER_TO_PEER_ALLOWED), 1);
        if (!order.attachment().peer2peer() && !transfer.way().target().startsWith(Operation.MEMORY)) {
            String what =
                    "%s without the peer-to-peer flag".formatted(transfer.way().text());
            Violation violation = new Violation(
                    Invariant.PEER_TO_PEER_ALLOWED, order.attachment().name(), what);
            landings.brokenByDma(violation, 1, run.engine().now(), order.line().event());
        }
        return transfer;
    }

    /**
     * Moves some of it, now.
     *
     * @param then when nothing of it is on its way any more: all of it, or what was issued before it was stopped
     */
    void issue(Transfer transfer, ImmutableList<SgTable.Entry> segments, Runnable then) {
        Order order = transfer.order();
        Journey journey = journey(order.lane(), order, order.attachment(), !order.read(), segments);
        transfer.sets(journey, order.region().flatMap(MemoryRegion::translation), then);
        running.add(transfer);
        order.region().ifPresent(region -> region.dma().issued());
        order.local().ifPresent(end -> end.region().dma().issued());
        order.local().map(LocalEnd::region).ifPresent(region -> checkIssue(order.line(), RegionChecks.issue(region)));
        checkIssue(
                order.line(),
                order.region().map(RegionChecks::issue).orElseGet(() -> DmaBufChecks.issue(order.attachment())));
        Optional<Device.Wire> wire = order.operation().startsWith("rdma")
                ? run.world().device(transfer.way().initiator()).wire()
                : Optional.empty();
        LongPredicate translated = translated(order.attachment().importer());
        if (order.local().isPresent() || wire.isPresent()) {
            rdma.start(transfer, order, transfer.way(), wire, touched(segments), translated);
            return;
        }
        run.network()
                .start(
                        ways.request(order.lane(), transfer.way(), new Requests.Bulk(touched(segments)), translated)
                                .answered(transfer::isAnswered),
                        transfer);
    }

    Journey journey(String dma, Order order, Attachment attachment, boolean write, List<SgTable.Entry> segments) {
        return landings.journey(new Journey.Start(
                dma,
                order.line().event(),
                attachment,
                write,
                Piece.of(run.dmaMap(), attachment, segments),
                order.tag()));
    }

    /** I-09: what was found when the DMA of a line was issued. */
    void checkIssue(Line line, ImmutableList<Violation> found) {
        run.watch().checked(ImmutableSet.of(Invariant.NEW_MAPPING_WAITS), 1);
        found.forEach(
                violation -> landings.brokenByDma(violation, 1, run.engine().now(), line.event()));
    }

    private void ended(Transfer transfer) {
        running.remove(transfer);
        transfer.order().region().ifPresent(region -> region.dma().over());
        transfer.order().local().ifPresent(end -> end.region().dma().over());
    }

    /** A NIC issues nothing more through a region whose addresses it has not any more. */
    private void stopUntranslated() {
        for (Transfer transfer : List.copyOf(running)) {
            boolean lost = transfer.lostTranslation();
            boolean localLost = transfer.order()
                    .local()
                    .filter(end -> end.region().translation().isEmpty())
                    .isPresent();
            if ((lost || localLost) && !transfer.isStopped()) {
                transfer.stopped();
                run.network().stop(transfer.order().lane());
            }
        }
    }

    static List<DmaRequest.Segment> touched(ImmutableList<SgTable.Entry> segments) {
        return segments.stream()
                .map(entry -> new DmaRequest.Segment(entry.address(), entry.length()))
                .toList();
    }

    /** A VM's devices reach all of its memory for as long as it runs; others what is mapped for them. */
    LongPredicate translated(Importer importer) {
        return run.world().guest().isPresent()
                ? address -> true
                : address -> run.dmaMap().physical(importer, address) != -1;
    }

    /** At the end: those that will never go on. */
    List<Transfer> running() {
        return List.copyOf(running);
    }
}
