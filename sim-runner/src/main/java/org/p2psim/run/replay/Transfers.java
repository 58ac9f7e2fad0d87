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
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Bytes;

/** DMA through mapped tables: from the operation that asks for it to its last byte. */
final class Transfers {
    private static final Note THROUGH_ROOT_COMPLEX = new Note(
            Note.Kind.CAUTION,
            "peer-to-peer through a root complex differs widely by CPU, reads and socket crossings above all: take the"
                    + " figure for what PCIe allows at most",
            "NVIDIA, GPUDirect RDMA documentation");

    private static final Note CONVENTIONAL_PCI = new Note(
            Note.Kind.CAUTION, "the rate of a conventional PCI bus is not modelled: the figures are too high", "");
    private static final Note NO_LINK = new Note(
            Note.Kind.CAUTION, "no PCIe link is on the way: the figures are bound by tags and latency only", "");

    private final World world;
    private final Engine engine;
    private final Routing routing;
    private final DmaNetwork network;
    private final Exporters exporters;
    private final MachineDmaMap dmaMap;
    private final Recorder recorder;
    private final InvariantWatch watch;
    private final List<Transfer> running = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Integer> counted = new LinkedHashMap<>();
    private final List<Note> notes = new ArrayList<>();

    /**
     * What a timeline's line asks for.
     *
     * @param owner the MR or attachment whose table is used
     * @param lane name of the transfer
     */
    record Order(String lane, String operation, String owner, Attachment attachment, boolean read, long bytes) {}

    Transfers(
            World world,
            Engine engine,
            Routing routing,
            DmaNetwork network,
            Exporters exporters,
            MachineDmaMap dmaMap,
            Recorder recorder,
            InvariantWatch watch) {
        this.world = world;
        this.engine = engine;
        this.routing = routing;
        this.network = network;
        this.exporters = exporters;
        this.dmaMap = dmaMap;
        this.recorder = recorder;
        this.watch = watch;
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
        recorder.transfer(new TransferOutcome(
                lane,
                operation,
                made.map(Plan.Import::importer).orElse(""),
                made.map(Plan.Import::exporter).orElse(""),
                bytes,
                0,
                now,
                now,
                errno,
                List.of(),
                List.of(),
                0,
                Latency.NONE));
    }

    void start(Order order, ImmutableList<SgTable.Entry> segments) {
        String initiatorName = order.attachment().importer().name();
        String targetName = exporters.device(order.attachment().dmaBuf());
        PciFunction initiator = world.onHost(initiatorName);
        PciFunction target = world.onHost(targetName);
        AddressKind kind = world.translates(initiatorName) ? AddressKind.IOVA : AddressKind.BUS_ADDRESS;
        Delivery delivery = routing.request(initiator, target, kind, !order.read());
        delivery.caveat().ifPresent(caveat -> notes.add(new Note(Note.Kind.CAUTION, caveat, "")));
        if (isConventional(initiator) || isConventional(target)) {
            notes.add(CONVENTIONAL_PCI);
        } else if (delivery.route().links().isEmpty()) {
            notes.add(NO_LINK);
        }
        if (delivery.disposition() == Delivery.Disposition.VIA_ROOT_COMPLEX) {
            notes.add(THROUGH_ROOT_COMPLEX);
        }
        watch.check(
                Invariant.PEER_TO_PEER_ALLOWED,
                order.attachment().peer2peer(),
                engine.now(),
                order.lane(),
                recorder.newest(),
                () -> "%s issues DMA to %s without the peer-to-peer flag".formatted(initiatorName, targetName));
        Transfer transfer = new Transfer(order, initiatorName, targetName, delivery, initiator, target);
        running.add(transfer);
        Device device = world.device(initiatorName);
        network.start(
                new DmaRequest(
                        order.lane(),
                        initiator,
                        target,
                        order.read() ? DmaRequest.Direction.READ : DmaRequest.Direction.WRITE,
                        segments.stream()
                                .map(entry -> new DmaRequest.Segment(entry.address(), entry.length()))
                                .toList(),
                        kind,
                        translated(order.attachment().importer()),
                        Math.toIntExact(device.tags().orElseThrow()),
                        Math.toIntExact(device.mps().orElseThrow()),
                        Math.toIntExact(device.mrrs().orElseThrow()),
                        Math.toIntExact(world.device(targetName).rcb().orElseThrow())),
                transfer);
    }

    /** A VM's devices reach all of its memory for as long as it runs; others what is mapped for them. */
    private LongPredicate translated(Importer importer) {
        return world.guest().isPresent() ? address -> true : address -> dmaMap.physical(importer, address) != -1;
    }

    private boolean isConventional(PciFunction function) {
        return world.host().wayUp(function).stream().anyMatch(each -> each.type() == PortType.PCIE_TO_PCI_BRIDGE);
    }

    /** Stops every transfer of an owner and goes on when the last of them has come to its end. */
    void stop(String owner, Runnable next) {
        List<Transfer> its = running.stream()
                .filter(transfer -> transfer.order.owner().equals(owner))
                .toList();
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
                .filter(waiter ->
                        running.stream().noneMatch(other -> other.order.owner().equals(waiter.owner())))
                .toList();
        waiting.removeAll(over);
        over.forEach(waiter -> waiter.next().run());
    }

    /** What is to be careful with in the ways that were taken. */
    ImmutableList<Note> notes() {
        return notes.stream().distinct().collect(ImmutableList.toImmutableList());
    }

    /** Somebody who goes on once nothing of an owner is under way. */
    private record Waiting(String owner, Runnable next) {}

    /** One transfer under way. */
    private final class Transfer implements DmaListener {
        private final Order order;
        private final String initiator;
        private final String target;
        private final Delivery delivery;
        private final Route dataRoute;
        private final long start = engine.now();
        private final int event;
        private final LatencyRecorder latency = new LatencyRecorder();
        private long bytes;
        private boolean failed;

        Transfer(
                Order order,
                String initiatorName,
                String targetName,
                Delivery delivery,
                PciFunction initiator,
                PciFunction target) {
            this.order = order;
            this.initiator = initiatorName;
            this.target = targetName;
            this.delivery = delivery;
            this.dataRoute = order.read() ? routing.completion(target, initiator) : delivery.route();
            this.event = recorder.done(
                    start,
                    order.lane(),
                    order.operation(),
                    "%s %s %s".formatted(initiatorName, order.read() ? "reads from" : "writes to", targetName));
        }

        /** The table was given back while this was on its way: what lands now lands where nobody may. */
        private void checkMapping(long at, long times) {
            boolean mapped = order.attachment().mapping().isPresent();
            watch.check(
                    Invariant.NO_LANDING_AFTER_UNMAP,
                    mapped,
                    times,
                    at,
                    order.lane(),
                    mapped ? recorder.newest() : recorder.newestOf(order.owner()),
                    () -> "%s %s %s through a mapping that was given back".formatted(initiator, order.read() ? "reads" : "writes", target));
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
            if (bytes < order.bytes() && !failed && order.operation().startsWith("rdma")) {
                recorder.effect(
                        now, order.lane(), "IBV_WC_REM_ACCESS_ERR", "the peer's work request ends: the key is gone");
            }
            recorder.transfer(new TransferOutcome(
                    order.lane(),
                    order.operation(),
                    initiator,
                    target,
                    order.bytes(),
                    bytes,
                    start,
                    now,
                    Optional.empty(),
                    RouteHops.of(dataRoute),
                    order.read() && !delivery.route().reversed().equals(dataRoute)
                            ? RouteHops.of(delivery.route())
                            : List.of(),
                    dataRoute.slowestLink().map(Link::bytesPerSecond).orElse(0L),
                    latency.latency()));
            ended(this);
        }

        private String summary() {
            long ticks = engine.now() - start;
            String rate = bytes == 0 ? "" : " at " + new Bandwidth(bytes, ticks);
            String part = bytes == order.bytes() ? "" : " of " + Bytes.format(order.bytes()) + ", then no more";
            return "%s %s%s%s".formatted(Bytes.format(bytes), order.read() ? "read" : "written", part, rate);
        }

        @Override
        public void dropped(long at, long address, int length, long issued) {
            failed(at, "blocked write", reason("drops writes to peers", address));
        }

        @Override
        public void refused(long at, long address, int length, long issued) {
            failed(at, "blocked read", reason("answers reads from peers with Unsupported Request", address));
        }

        /** What the root complex refuses, no IOMMU has faulted. */
        private String reason(String refusal, long address) {
            return world.plan().timings().forward(delivery.route().rootComplexes(), !order.read())
                    ? "IOMMU fault: address 0x%x is not mapped".formatted(address)
                    : "the root complex %s: address 0x%x".formatted(refusal, address);
        }

        private void failed(long at, String what, String reason) {
            if (!failed) {
                failed = true;
                recorder.effect(at, order.lane(), what, reason);
            }
        }
    }
}
