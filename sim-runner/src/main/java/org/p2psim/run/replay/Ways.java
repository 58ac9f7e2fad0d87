package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.flow.Target;
import org.p2psim.scenario.Device;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** The ways that DMA takes from device to device, and what is to be careful with in those that were taken. */
final class Ways {
    private static final Note THROUGH_ROOT_COMPLEX = new Note(
            Note.Kind.CAUTION,
            "peer-to-peer through a root complex differs widely by CPU, reads and socket crossings above all: take the"
                    + " figure for what PCIe allows at most",
            "NVIDIA, GPUDirect RDMA documentation");

    private static final Note CONVENTIONAL_PCI = new Note(
            Note.Kind.CAUTION, "the rate of a conventional PCI bus is not modelled: the figures are too high", "");
    private static final Note NO_LINK = new Note(
            Note.Kind.CAUTION, "no PCIe link is on the way: the figures are bound by tags and latency only", "");

    /** A root complex has 64 or 128 (PCIe base specification 5.0, 2.3.1.1); x86 hosts have a cache line. */
    private static final int MEMORY_RCB = 64;

    private final World world;
    private final Routing routing;
    private final List<Note> notes = new ArrayList<>();

    Ways(World world, Routing routing) {
        this.world = world;
        this.routing = routing;
    }

    Way way(String initiatorName, String targetName, boolean read) {
        return way(initiatorName, targetName, read, world.addresses(initiatorName));
    }

    /** @param kind of the addresses that the initiator was given */
    Way way(String initiatorName, String targetName, boolean read, AddressKind kind) {
        PciFunction initiator = world.onHost(initiatorName);
        PciFunction target = world.onHost(targetName);
        Delivery delivery = routing.request(initiator, target, kind, !read);
        delivery.caveat().ifPresent(this::caution);
        if (isConventional(initiator) || isConventional(target)) {
            notes.add(CONVENTIONAL_PCI);
        } else if (delivery.route().links().isEmpty()) {
            notes.add(NO_LINK);
        }
        if (delivery.disposition() == Delivery.Disposition.VIA_ROOT_COMPLEX) {
            notes.add(THROUGH_ROOT_COMPLEX);
        }
        Route data = read ? routing.completion(target, initiator) : delivery.route();
        return new Way(
                initiatorName,
                targetName,
                read,
                initiator,
                new Target.PciTarget(target),
                Math.toIntExact(world.device(targetName).rcb().orElseThrow()),
                kind,
                delivery.route(),
                data);
    }

    /**
     * To host memory.
     *
     * @param socket whose; that of the initiator's root complex if empty
     * @param window bytes that are used again and again
     */
    Way toMemory(String initiatorName, Optional<String> socket, long window, boolean read) {
        PciFunction initiator = world.onHost(initiatorName);
        String of = socket.orElseGet(() -> world.host().hostBridge(initiator).socket());
        AddressKind kind = world.translates(initiatorName) ? AddressKind.IOVA : AddressKind.BUS_ADDRESS;
        Route requests = routing.toMemory(initiator, of, kind, !read).route();
        if (isConventional(initiator)) {
            notes.add(CONVENTIONAL_PCI);
        }
        OptionalLong llc = world.plan().timings().memory(of).llc();
        Target.MemoryTarget memory =
                llc.isPresent() ? Target.MemoryTarget.window(of, window, llc.getAsLong()) : new Target.MemoryTarget(of);
        Route data = read ? routing.completionFromMemory(of, initiator) : requests;
        return new Way(initiatorName, "memory of " + of, read, initiator, memory, MEMORY_RCB, kind, requests, data);
    }

    private boolean isConventional(PciFunction function) {
        return world.host().wayUp(function).stream().anyMatch(each -> each.type() == PortType.PCIE_TO_PCI_BRIDGE);
    }

    /** Why a request goes no further. What the root complex refuses, no IOMMU has faulted. */
    String refusal(Way way, long address) {
        if (world.plan().timings().forward(way.requests().rootComplexes(), !way.read())) {
            return "IOMMU fault: address 0x%x is not mapped".formatted(address);
        }
        return "the root complex %s: address 0x%x"
                .formatted(
                        way.read() ? "answers reads from peers with Unsupported Request" : "drops writes to peers",
                        address);
    }

    void caution(String text) {
        notes.add(new Note(Note.Kind.CAUTION, text, ""));
    }

    ImmutableList<Note> notes() {
        return notes.stream().distinct().collect(ImmutableList.toImmutableList());
    }

    /**
     * From an initiator to its target.
     *
     * @param rcb Read Completion Boundary of the target, bytes
     * @param requests where its requests go
     * @param data where the data goes
     */
    record Way(
            String initiator,
            String target,
            boolean read,
            PciFunction from,
            Target to,
            int rcb,
            AddressKind kind,
            Route requests,
            Route data) {
        /** {@code gpu0 reads from nvme0}. */
        String text() {
            return "%s %s %s".formatted(initiator, read ? "reads from" : "writes to", target);
        }

        TransferOutcome outcome(
                String name, String operation, long requested, long bytes, long start, long end, Latency latency) {
            return new TransferOutcome(
                    name,
                    operation,
                    initiator,
                    target,
                    requested,
                    bytes,
                    start,
                    end,
                    Optional.empty(),
                    RouteHops.of(data),
                    read && !requests.reversed().equals(data) ? RouteHops.of(requests) : List.of(),
                    data.slowestLink().map(Link::bytesPerSecond).orElse(0L),
                    latency);
        }
    }

    DmaRequest request(String name, Way way, Requests requests, LongPredicate translated) {
        return request(name, way, requests, translated, DmaRequest.Attributes.NONE);
    }

    DmaRequest request(
            String name, Way way, Requests requests, LongPredicate translated, DmaRequest.Attributes attributes) {
        Device device = world.device(way.initiator());
        return new DmaRequest(
                name,
                way.from(),
                way.to(),
                way.read() ? DmaRequest.Direction.READ : DmaRequest.Direction.WRITE,
                requests,
                way.kind(),
                translated,
                Math.toIntExact(device.tags().orElseThrow()),
                Math.toIntExact(device.mps().orElseThrow()),
                Math.toIntExact(device.mrrs().orElseThrow()),
                way.rcb(),
                attributes);
    }
}
