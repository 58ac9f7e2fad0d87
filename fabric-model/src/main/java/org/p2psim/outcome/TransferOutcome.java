package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Maps;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Errno;
import org.p2psim.unit.Bandwidth;

/**
 * One DMA that was asked for.
 *
 * @param name what the scenario calls it
 * @param operation {@code rdma-read}, {@code rdma-write}, {@code rdma-send}, {@code dma-read}, {@code dma-write}, {@code traffic-read},
 *     {@code traffic-write}, {@code all-reduce}, {@code nvme-read} or {@code nvme-write}
 * @param initiator name of the function that issues the TLPs
 * @param target name of the function whose memory they reach, or {@code memory of} a socket
 * @param bytes bytes that arrived
 * @param start when it was asked for, ticks
 * @param end when the last byte arrived, or it was refused, ticks
 * @param errno how it was refused; then nothing was sent
 * @param route where the data went, from its source to its destination
 * @param requests of a read: where its requests went, if that is not the way of the data backwards
 * @param slowest the largest rate that the slowest link of the route allows, before any header, bytes a second
 * @param latency of its memory requests, from issue to the last completion (reads) or to the landing (writes); of
 *     traffic and NVMe, of its operations; of an all-reduce, of its steps
 * @param failures requests with which something else became than was asked for
 */
public record TransferOutcome(
        String name,
        String operation,
        String initiator,
        String target,
        long requested,
        long bytes,
        long start,
        long end,
        Optional<Errno> errno,
        List<RouteHop> route,
        List<RouteHop> requests,
        long slowest,
        Latency latency,
        Map<Failure, Long> failures) {
    public TransferOutcome {
        route = ImmutableList.copyOf(route);
        requests = ImmutableList.copyOf(requests);
        failures = Maps.immutableEnumMap(failures);
    }

    /** With nothing but what was asked for. */
    public TransferOutcome(
            String name,
            String operation,
            String initiator,
            String target,
            long requested,
            long bytes,
            long start,
            long end,
            Optional<Errno> errno,
            List<RouteHop> route,
            List<RouteHop> requests,
            long slowest,
            Latency latency) {
        this(
                name, operation, initiator, target, requested, bytes, start, end, errno, route, requests, slowest,
                latency, Map.of());
    }

    /**
     * A transfer that moved nothing.
     *
     * @param end when it was refused, ticks
     */
    public static TransferOutcome refused(
            String name,
            String operation,
            String initiator,
            String target,
            long requested,
            long start,
            long end,
            Optional<Errno> errno) {
        return new TransferOutcome(
                name,
                operation,
                initiator,
                target,
                requested,
                0,
                start,
                end,
                errno,
                List.of(),
                List.of(),
                0,
                Latency.NONE);
    }

    /** The same under another name. */
    public TransferOutcome named(String newName) {
        return new TransferOutcome(
                newName, operation, initiator, target, requested, bytes, start, end, errno, route, requests, slowest,
                latency, failures);
    }

    /** Whether the initiator reads the target's memory. A drive does so for commands that write to its media. */
    public boolean reads() {
        return operation.endsWith("read") != operation.startsWith("nvme");
    }

    /** Why it moved nothing, in a few words; empty if it moved something. */
    public Optional<String> nothingMoved() {
        if (bytes > 0) {
            return Optional.empty();
        }
        String refused = errno.map(number -> "refused (%s)".formatted(number)).orElse("refused");
        return Optional.of(
                route.isEmpty()
                        ? refused
                        : "nothing arrived"
                                + failuresInWords().map(words -> ": " + words).orElse(""));
    }

    /** {@code 3 x completion timeout}, and so on; empty if all went well. */
    public Optional<String> failuresInWords() {
        return failures.isEmpty()
                ? Optional.empty()
                : Optional.of(failures.entrySet().stream()
                        .map(failed -> "%d x %s"
                                .formatted(failed.getValue(), failed.getKey().words()))
                        .collect(Collectors.joining(", ")));
    }

    /** What its latency is that of, in words. */
    private String measured() {
        if (operation.startsWith("traffic-")) {
            return "an operation";
        }
        if (operation.startsWith("nvme-")) {
            return "a command";
        }
        return operation.equals("all-reduce") ? "a step" : "a memory request on PCIe";
    }

    /**
     * What the latencies of some transfers are those of: {@code of a memory request on PCIe (rdma-read), of an operation
     * (traffic-write)}. Empty if none has any.
     */
    public static Optional<String> latencyOf(List<TransferOutcome> transfers) {
        TreeMap<String, TreeSet<String>> operations = new TreeMap<>();
        transfers.stream()
                .filter(transfer -> transfer.latency().count() > 0)
                .forEach(transfer -> operations
                        .computeIfAbsent(transfer.measured(), what -> new TreeSet<>())
                        .add(transfer.operation()));
        return operations.isEmpty()
                ? Optional.empty()
                : Optional.of(operations.entrySet().stream()
                        .map(each -> "of %s (%s)".formatted(each.getKey(), String.join(", ", each.getValue())))
                        .collect(Collectors.joining(", ")));
    }

    public Bandwidth bandwidth() {
        return new Bandwidth(bytes, end - start);
    }

    /**
     * One thing that the data passes.
     *
     * @param port for a link: the port above it
     */
    public record RouteHop(Kind kind, Optional<Bdf> port, String name) {
        /** What is passed, and for links in which direction. */
        public enum Kind {
            LINK_UP,
            LINK_DOWN,
            SWITCH,
            ROOT_COMPLEX,
            IOMMU,
            SOCKET_LINK
        }
    }
}
