package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.outcome.Failure;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.nic.RdmaStages;
import org.p2psim.run.replay.Transfers.LocalEnd;
import org.p2psim.run.replay.Transfers.Order;
import org.p2psim.scenario.Device;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** RDMA whose packets go over the ports of NICs: to or from a peer elsewhere, or between two NICs of this machine. */
final class WireTransfers {
    private static final String AT_ITS_PEER = " at its peer";

    private final Transfers transfers;
    private final RunState run;
    private final Ways ways;
    private final WorkQueues queues;

    WireTransfers(Transfers transfers, RunState run, Ways ways, WorkQueues queues) {
        this.transfers = transfers;
        this.run = run;
        this.ways = ways;
        this.queues = queues;
    }

    /** @param way of the NIC that registered the MR */
    void start(
            Transfer transfer,
            Order order,
            Ways.Way way,
            Optional<Device.Wire> wire,
            List<Segment> segments,
            LongPredicate translated) {
        String requester =
                order.local().map(end -> end.attachment().importer().name()).orElse("");
        Optional<Device.Wire> queue =
                order.local().flatMap(end -> run.world().device(requester).wire());
        boolean sends = order.operation().equals("rdma-send");
        StageEnds both = new StageEnds(transfer::done);
        both.expect(sends ? 2 : 1);
        // of a read the request is on the wire first, of a write or a send the acknowledgement last
        long wireLatency = wire.or(() -> queue)
                .map(port -> run.network().latencies().of(order.lane() + " wire", port.latencyOrDefault()))
                .orElse(0L);
        StageEnds ends = new StageEnds(() -> {
            afterAck(order, wireLatency, () -> queues.complete(order.lane(), requester, queue, both::done));
            if (sends) {
                queues.complete(order.lane() + " receive", way.initiator(), wire, both::done);
            }
        });
        Optional<Peer> peer = order.local().map(end -> new Peer(transfer, order, end, ends));
        Optional<Device.Wire> peerWire = peer.flatMap(Peer::wire);
        RdmaStages stages = new RdmaStages(
                order.lane(), Stream.concat(wire.stream(), peerWire.stream()).toList());
        Requests packets = stages.packets(segments);
        DmaListener memory = new Memory(transfer, ends);
        if (order.read()) {
            stages.dma(ways.request(order.lane(), way, packets, translated).answered(transfer::isAnswered), memory);
            stages.out(way.initiator(), way.from(), wire, packets, ends);
            peer.ifPresent(to -> to.receive(stages));
        } else {
            peer.ifPresent(from -> from.send(stages));
            stages.in(way.initiator(), way.from(), wire, packets, ends);
            stages.dma(ways.request(order.lane(), way, packets, translated), memory);
        }
        ends.expect(stages.stages().size());
        wire.ifPresent(port -> assumeOfWire(way.initiator(), port));
        peer.ifPresent(other -> other.wire().ifPresent(port -> assumeOfWire(requester, port)));
        ways.assume(
                "an RDMA operation has %s on its way at most".formatted(Bytes.format(RdmaStages.MOST_IN_FLIGHT)),
                "",
                order.lane());
        // what a peer elsewhere sends is on the wire before any of it is here
        long asked = order.read() || peer.isEmpty() ? wireLatency : 0;
        queues.post(
                order.lane(),
                requester,
                queue,
                () -> run.engine()
                        .at(run.engine().now() + asked, () -> begin(order, way.initiator(), wire, sends, stages)));
    }

    /**
     * A requester of a reliable connection is through with a write or a send when the responder's acknowledgement is
     * back (InfiniBand specification, volume 1, 9.7, reliable service); of a read the response says as much.
     */
    private void afterAck(Order order, long wireLatency, Runnable complete) {
        if (order.read() || wireLatency == 0) {
            complete.run();
        } else {
            run.engine().at(run.engine().now() + wireLatency, complete);
        }
    }

    /** What comes in with a send waits until the receiver has the WQE of its receive. */
    private void begin(Order order, String receiver, Optional<Device.Wire> wire, boolean sends, RdmaStages stages) {
        Runnable start = () -> run.network().start(stages.stages());
        if (sends) {
            queues.fetch(order.lane() + " receive", receiver, wire, start);
        } else {
            start.run();
        }
    }

    private void assumeOfWire(String nic, Device.Wire wire) {
        if (wire.latency().isEmpty()) {
            ways.assume("a wire takes %s".formatted(Ticks.format(wire.latencyOrDefault())), "", nic);
        }
        if (wire.mtu().isEmpty()) {
            ways.assume("packets of %s".formatted(Bytes.format(Device.Wire.DEFAULT_MTU)), "", nic);
        }
        if (wire.header().isEmpty()) {
            String text = "packets cost %d bytes besides their data".formatted(Device.Wire.DEFAULT_HEADER);
            ways.assume(text, "RoCEv2 without VLAN: IEEE 802.3, InfiniBand specification, annex 17", nic);
        }
    }

    /** The memory behind the MR. */
    private record Memory(Transfer transfer, StageEnds ends) implements DmaListener {
        @Override
        public void landed(long at, long address, int bytes, long issued) {
            transfer.landed(at, address, bytes, issued);
        }

        @Override
        public void completed(long at, long address, int bytes, long issued) {
            transfer.completed(at, address, bytes, issued);
        }

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            transfer.failed(how, at, address, bytes, issued);
        }

        @Override
        public void waitsForEver(long at) {
            transfer.waitsForEver(at);
        }

        @Override
        public void done() {
            ends.done();
        }
    }

    /** The NIC of this machine that asks for the operation, and its memory. */
    private final class Peer implements DmaListener {
        private final Transfer transfer;
        private final Order order;
        private final LocalEnd end;
        private final ImmutableList<SgTable.Entry> segments;
        private final StageEnds ends;
        private final Ways.Way way;
        private final Journey journey;

        Peer(Transfer transfer, Order order, LocalEnd end, StageEnds ends) {
            this.transfer = transfer;
            this.order = order;
            this.end = end;
            this.ends = ends;
            this.segments = end.segments(transfer.bytes());
            this.way = transfers.way(end.attachment(), segments, !order.read());
            this.journey =
                    transfers.journey(order.lane() + AT_ITS_PEER, order, end.attachment(), order.read(), segments);
        }

        Optional<Device.Wire> wire() {
            return run.world().device(way.initiator()).wire();
        }

        private PciFunction nic() {
            return way.from();
        }

        void send(RdmaStages stages) {
            Requests packets = dma(stages);
            stages.out(way.initiator(), nic(), wire(), packets, ends);
        }

        void receive(RdmaStages stages) {
            stages.in(way.initiator(), nic(), wire(), stages.packets(Transfers.touched(segments)), ends);
            dma(stages);
        }

        private Requests dma(RdmaStages stages) {
            Requests packets = stages.packets(Transfers.touched(segments));
            LongPredicate translated = transfers.translated(end.attachment().importer());
            stages.dma(
                    ways.request(order.lane() + AT_ITS_PEER, way, packets, translated)
                            .answered(journey::isAnswered),
                    this);
            return packets;
        }

        @Override
        public void landed(long at, long address, int bytes, long issued) {
            journey.landed(at, address, bytes, issued);
        }

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            transfer.failed(how, at, address, way);
            if (!order.read() && how != Failure.POISONED) {
                transfer.failedAtRequester();
            }
        }

        @Override
        public void done() {
            journey.over();
            ends.done();
        }
    }
}
