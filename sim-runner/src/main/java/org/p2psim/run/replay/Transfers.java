package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/** DMA through mapped tables: from the operation that asks for it to its last byte. */
final class Transfers {
    private final World world;
    private final Engine engine;
    private final Ways ways;
    private final DmaNetwork network;
    private final Exporters exporters;
    private final MachineDmaMap dmaMap;
    private final Handles handles;
    private final Recorder recorder;
    private final InvariantWatch watch;
    private final WireTransfers rdma;
    private final List<Transfer> running = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Integer> counted = new LinkedHashMap<>();

    /**
     * What a timeline's line asks for.
     *
     * @param owner the MR or attachment whose table is used
     * @param lane name of the transfer
     * @param local RDMA with a NIC of this machine as the peer: its end
     */
    record Order(
            String lane,
            String operation,
            String owner,
            Attachment attachment,
            boolean read,
            long bytes,
            Optional<LocalEnd> local) {
        private boolean isOf(String name) {
            return owner.equals(name)
                    || local.filter(end -> end.owner().equals(name)).isPresent();
        }
    }

    /** The memory of the NIC that asks for an RDMA operation. */
    record LocalEnd(String owner, Attachment attachment, ImmutableList<SgTable.Entry> segments) {}

    Transfers(
            World world,
            Engine engine,
            Ways ways,
            DmaNetwork network,
            Exporters exporters,
            MachineDmaMap dmaMap,
            Handles handles,
            Recorder recorder,
            InvariantWatch watch,
            WorkQueues queues) {
        this.world = world;
        this.engine = engine;
        this.ways = ways;
        this.network = network;
        this.exporters = exporters;
        this.dmaMap = dmaMap;
        this.handles = handles;
        this.recorder = recorder;
        this.watch = watch;
        this.rdma = new WireTransfers(this, world, engine, network, exporters, ways, queues);
    }

    /** What the scenario calls a transfer, or its operation with a number, which no scenario can call one. */
    String name(Optional<String> id, String operation) {
        int number = counted.merge(operation, 1, Integer::sum);
        return id.orElse(operation + " #" + number);
    }

    /**
     * A transfer that was not begun: it counts as asked for, with nothing moved.
     *
     * @param why in a sentence, which names the status of the work completion where there is no errno
     */
    void refused(String lane, String operation, String owner, long bytes, Optional<Errno> errno, String why) {
        long now = engine.now();
        recorder.refused(now, lane, operation, errno, why);
        Optional<Plan.Import> made = world.plan().imports().stream()
                .filter(each -> each.owner().equals(owner))
                .findFirst();
        recorder.transfer(TransferOutcome.refused(
                lane,
                operation,
                made.map(Plan.Import::importer).orElse(""),
                made.map(Plan.Import::exporter).orElse(""),
                bytes,
                now,
                errno));
    }

    void start(Order order, ImmutableList<SgTable.Entry> segments) {
        String initiatorName = order.attachment().importer().name();
        String targetName = exporters.device(order.attachment().dmaBuf());
        Ways.Way way = ways.way(initiatorName, targetName, order.read());
        watch.check(
                Invariant.PEER_TO_PEER_ALLOWED,
                order.attachment().peer2peer(),
                engine.now(),
                order.lane(),
                recorder.newest(),
                () -> "%s issues DMA to %s without the peer-to-peer flag".formatted(initiatorName, targetName));
        Transfer transfer = new Transfer(order, way);
        running.add(transfer);
        Optional<Device.Wire> wire = order.operation().startsWith("rdma")
                ? world.device(initiatorName).wire()
                : Optional.empty();
        if (order.local().isPresent() || wire.isPresent()) {
            rdma.start(
                    transfer,
                    order,
                    way,
                    wire,
                    touched(segments),
                    translated(order.attachment().importer()));
            return;
        }
        network.start(
                ways.request(
                        order.lane(),
                        way,
                        new Requests.Bulk(touched(segments)),
                        translated(order.attachment().importer())),
                transfer);
    }

    /** The start of an MR as the requester's own memory; empty if it was never registered. */
    Optional<LocalEnd> localEnd(String mr, long size) {
        return handles.region(mr)
                .map(end -> new LocalEnd(end.request().name(), end.attachment(), end.segments(0, size)));
    }

    static List<DmaRequest.Segment> touched(ImmutableList<SgTable.Entry> segments) {
        return segments.stream()
                .map(entry -> new DmaRequest.Segment(entry.address(), entry.length()))
                .toList();
    }

    /** A VM's devices reach all of its memory for as long as it runs; others what is mapped for them. */
    LongPredicate translated(Importer importer) {
        return world.guest().isPresent() ? address -> true : address -> dmaMap.physical(importer, address) != -1;
    }

    /** Stops every transfer of an owner and goes on when the last of them has come to its end. */
    void stop(String owner, Runnable next) {
        List<Transfer> its =
                running.stream().filter(transfer -> transfer.order.isOf(owner)).toList();
        if (its.isEmpty()) {
            next.run();
            return;
        }
        waiting.add(new Waiting(owner, next));
        its.forEach(transfer -> network.stop(transfer.order.lane()));
    }

    private void ended(Transfer transfer) {
        running.remove(transfer);
        List<Waiting> over = waiting.stream()
                .filter(waiter -> running.stream().noneMatch(other -> other.order.isOf(waiter.owner())))
                .toList();
        waiting.removeAll(over);
        over.forEach(waiter -> waiter.next().run());
    }

    /** Somebody who goes on once nothing of an owner is under way. */
    private record Waiting(String owner, Runnable next) {}

    /** One transfer under way. */
    final class Transfer implements DmaListener {
        private final Order order;
        private final Ways.Way way;
        private final long start = engine.now();
        private final int event;
        private final LatencyRecorder latency = new LatencyRecorder();
        private long bytes;
        private final Failures failures;

        Transfer(Order order, Ways.Way way) {
            this.order = order;
            this.way = way;
            this.failures = new Failures(recorder, ways, order.lane());
            this.event = recorder.done(start, order.lane(), order.operation(), way.text());
        }

        /** The table was given back while this was on its way: what lands now lands where nobody may. */
        private void checkMapping(long at, long times) {
            checkMapping(at, times, order.attachment(), order.owner(), way);
        }

        void checkMapping(long at, long times, Attachment attachment, String owner, Ways.Way taken) {
            boolean mapped = attachment.mapping().isPresent();
            watch.check(
                    Invariant.NO_LANDING_AFTER_UNMAP,
                    mapped,
                    times,
                    at,
                    order.lane(),
                    mapped ? recorder.newest() : recorder.newestOf(owner),
                    () -> taken.text() + " through a mapping that was given back");
        }

        @Override
        public void landed(long at, long address, int length, long issued) {
            checkMapping(at, 1);
            if (!order.read()) {
                bytes += length;
                latency.record(at - issued);
            }
        }

        @Override
        public void completed(long at, long address, int length, long issued) {
            bytes += length;
            latency.record(at - issued);
        }

        @Override
        public boolean takesRepeats() {
            return true;
        }

        @Override
        public void repeated(boolean isCompletion, long at, long period, long count, int length, long ticks) {
            if (!isCompletion) {
                checkMapping(at, count);
            }
            if (isCompletion == order.read()) {
                bytes += count * length;
                latency.record(ticks, count);
            }
        }

        @Override
        public void done() {
            long now = engine.now();
            recorder.end(event, now, summary());
            if (bytes < order.bytes() && failures.isEmpty() && order.operation().startsWith("rdma")) {
                recorder.effect(
                        now, order.lane(), "IBV_WC_REM_ACCESS_ERR", "the peer's work request ends: the key is gone");
            }
            recorder.transfer(way.outcome(
                    order.lane(), order.operation(), order.bytes(), bytes, start, now, latency.latency(), failures));
            ended(this);
        }

        private String summary() {
            long ticks = engine.now() - start;
            String rate = bytes == 0 ? "" : " at " + new Bandwidth(bytes, ticks);
            String part = bytes == order.bytes() ? "" : " of " + Bytes.format(order.bytes()) + ", then no more";
            return "%s %s%s%s".formatted(Bytes.format(bytes), order.read() ? "read" : "written", part, rate);
        }

        @Override
        public void failed(Failure how, long at, long address, int length, long issued) {
            failed(how, at, address, way);
        }

        void failed(Failure how, long at, long address, Ways.Way taken) {
            failures.add(how, at, address, taken);
        }
    }
}
