package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Hop;
import org.p2psim.routing.Route;
import org.p2psim.routing.Routing;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.flow.Target;
import org.p2psim.scenario.Device;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.unit.Ticks;

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

    private static final String PCIE_BENCH = "pcie-bench, Neugebauer et al., SIGCOMM 2018, on Broadwell";

    /** Latencies of reads are measured round trips, which have all of that in them. */
    private static final String LANDS_AT_ONCE =
            "a write counts once its last byte has arrived: PHYs, controllers and what is behind them add no time";

    private final World world;
    private final Routing routing;
    private final List<Note> notes = new ArrayList<>();
    private final GroupedNotes assumed = new GroupedNotes();

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
        if (!read && world.device(targetName).writeLatency().isEmpty()) {
            assume(LANDS_AT_ONCE, "", targetName);
        }
        if (delivery.disposition() == Delivery.Disposition.VIA_ROOT_COMPLEX) {
            notes.add(THROUGH_ROOT_COMPLEX);
        }
        Route data = read ? routing.completion(target, initiator) : delivery.route();
        cautionIfMalformed(read ? targetName : initiatorName, read ? initiatorName : targetName);
        return new Way(
                initiatorName,
                targetName,
                read,
                initiator,
                new Target.PciTarget(target, OptionalInt.of(Math.min(mps(initiatorName), mps(targetName)))),
                Math.toIntExact(world.device(targetName).rcb().orElseThrow()),
                kind,
                delivery.route(),
                data);
    }

    private int mps(String device) {
        return Math.toIntExact(world.device(device).mps().orElseThrow());
    }

    /** A receiver takes data beyond its own Max_Payload_Size for malformed (PCIe base specification 5.0, 2.2.2). */
    private void cautionIfMalformed(String sender, String receiver) {
        if (mps(sender) > mps(receiver)) {
            caution(
                    ("Max_Payload_Size is %d B at %s and %d B at %s: larger TLPs than the latter end as Malformed TLP on"
                                    + " hardware, a fatal error: both have to be alike")
                            .formatted(mps(sender), sender, mps(receiver), receiver));
        }
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
        AddressKind kind = world.addresses(initiatorName);
        Route requests = routing.toMemory(initiator, of, kind, !read).route();
        if (isConventional(initiator)) {
            notes.add(CONVENTIONAL_PCI);
        } else if (requests.links().isEmpty()) {
            notes.add(NO_LINK);
        }
        assumeOfMemory(of, read);
        OptionalLong llc = world.plan().timings().memory(of).llc();
        Target.MemoryTarget memory =
                llc.isPresent() ? Target.MemoryTarget.window(of, window, llc.getAsLong()) : new Target.MemoryTarget(of);
        Route data = read ? routing.completionFromMemory(of, initiator) : requests;
        return new Way(initiatorName, "memory of " + of, read, initiator, memory, MEMORY_RCB, kind, requests, data);
    }

    private void assumeOfMemory(String socket, boolean read) {
        MemoryTiming timing = world.plan().timings().memory(socket);
        if (read && timing.readLatency() == MemoryTiming.DEFAULT.readLatency()) {
            assume("memory answers reads in 500 ns where nothing else is stated", PCIE_BENCH, socket);
        }
        if (read && timing.llc().isEmpty()) {
            assume("the last-level cache has whatever is read of memory", "", socket);
        }
        if (!read && timing.writeLatency() == 0) {
            assume(LANDS_AT_ONCE, "", socket);
        }
        if (timing.bandwidth().isEmpty()) {
            assume("the bandwidth of memory is never the limit", "", socket);
        }
    }

    private boolean isConventional(PciFunction function) {
        return world.host().wayUp(function).stream().anyMatch(each -> each.type() == PortType.PCIE_TO_PCI_BRIDGE);
    }

    /** Why a request did not end as it should have. */
    String reason(Failure how, Way way, long address) {
        if (how == Failure.POISONED) {
            return "%s: data of 0x%x is marked as bad (EP)".formatted(way.text(), address);
        }
        return "%s%s".formatted(waited(how, way), cause(how, way, address));
    }

    private String waited(Failure how, Way way) {
        if (how == Failure.COMPLETION_TIMEOUT
                && world.device(way.initiator()).completionTimeout().isEmpty()) {
            assume(
                    "a requester gives up after 50 ms, the end of the default range of Completion Timeouts",
                    "PCIe base specification 5.0, 7.5.3.16",
                    way.initiator());
        }
        if (how == Failure.NO_COMPLETION) {
            return "%s waits for ever, its Completion Timeout being disabled: ".formatted(way.initiator());
        }
        OptionalLong timeout =
                world.plan().timings().device(way.from().address()).completionTimeout();
        return how == Failure.COMPLETION_TIMEOUT
                ? "%s gives up after %s: ".formatted(way.initiator(), Ticks.format(timeout.orElse(0)))
                : "";
    }

    /** Whether it was an IOMMU that did not let a request pass. */
    boolean isIommuFault(Failure how, Way way) {
        Timings timings = world.plan().timings();
        boolean served = timings.response(way.requests().rootComplexes(), !way.read()) == Response.SERVED
                && !(way.to() instanceof Target.PciTarget device
                        && timings.device(device.function().address()).response() != Response.SERVED);
        boolean late = how == Failure.COMPLETION_TIMEOUT || how == Failure.NO_COMPLETION;
        return served && !late && way.requests().hops().stream().noneMatch(Hop.AcsBlockHop.class::isInstance);
    }

    /** What the root complex refuses no IOMMU has faulted, and what either refuses does not get to the target. */
    private String cause(Failure how, Way way, long address) {
        if (way.requests().hops().stream().anyMatch(Hop.AcsBlockHop.class::isInstance)) {
            return "ACS violation: Translation Blocking is on, address 0x%x".formatted(address);
        }
        Timings timings = world.plan().timings();
        Response rootComplex = timings.response(way.requests().rootComplexes(), !way.read());
        if (rootComplex != Response.SERVED) {
            return "the root complex %s: address 0x%x"
                    .formatted(way.read() ? answer("reads from peers", rootComplex) : "drops writes to peers", address);
        }
        Response target = way.to() instanceof Target.PciTarget device
                ? timings.device(device.function().address()).response()
                : Response.SERVED;
        if (target != Response.SERVED) {
            return "%s %s: address 0x%x"
                    .formatted(way.target(), way.read() ? answer("reads", target) : "drops writes", address);
        }
        return how == Failure.COMPLETION_TIMEOUT
                ? "the answer comes later: address 0x%x".formatted(address)
                : "IOMMU fault: address 0x%x is not mapped".formatted(address);
    }

    private static String answer(String reads, Response response) {
        return switch (response) {
            case SERVED -> "answers " + reads;
            case UNSUPPORTED_REQUEST -> "answers %s with Unsupported Request".formatted(reads);
            case COMPLETER_ABORT -> "answers %s with Completer Abort".formatted(reads);
            case NONE -> "does not answer " + reads;
        };
    }

    void caution(String text) {
        notes.add(new Note(Note.Kind.CAUTION, text, ""));
    }

    /**
     * A value that the scenario does not state, and that counts in this run.
     *
     * @param source empty if it is nobody's figure
     * @param subject what it was taken for
     */
    void assume(String text, String source, String subject) {
        assumed.add(source.isEmpty() ? Note.Kind.ASSUMED : Note.Kind.SOURCE, text, source, subject);
    }

    ImmutableList<Note> notes() {
        return Stream.concat(notes.stream().distinct(), assumed.notes().stream())
                .collect(ImmutableList.toImmutableList());
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
                String name,
                String operation,
                long requested,
                long bytes,
                long start,
                long end,
                Latency latency,
                Failures failures) {
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
                    latency,
                    failures.counts());
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
