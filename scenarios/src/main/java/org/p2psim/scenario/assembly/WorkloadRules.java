package org.p2psim.scenario.assembly;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiConsumer;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Operation;
import org.p2psim.unit.Bytes;

/** What must hold of traffic and collectives. */
final class WorkloadRules {
    private static final long LARGEST_REQUEST = Bytes.GIB;
    private static final long LARGEST_TRANSFER = Bytes.TIB;
    private static final long MOST_OPERATIONS = 1 << 30;
    private static final long MOST_MEMBERS = 1024;

    private final BiConsumer<String, String> device;
    private final Set<String> sockets;
    private final List<Finding> findings;

    /**
     * @param device checks that a device of a name exists and may be used; given the name and where it stands
     * @param sockets ids
     */
    WorkloadRules(BiConsumer<String, String> device, Set<String> sockets, List<Finding> findings) {
        this.device = device;
        this.sockets = sockets;
        this.findings = findings;
    }

    void check(Operation.NvmeRead read, String pointer) {
        checkCommands(read.size(), read.request(), pointer);
    }

    void check(Operation.NvmeWrite write, String pointer) {
        checkCommands(write.size(), write.request(), pointer);
    }

    private void checkCommands(long size, OptionalLong request, String pointer) {
        checkSize(size, request.orElse(LARGEST_REQUEST), pointer, "nvme");
        if (request.orElse(1) < 1 || request.orElse(1) > LARGEST_REQUEST) {
            find(pointer + "/request", "nvme", "a command moves 1 byte to 1 GiB");
        }
    }

    /** More would take hours to simulate. */
    private void checkSize(long size, long operation, String pointer, String rule) {
        if (size <= 0 || size > LARGEST_TRANSFER) {
            find(pointer + "/size", rule, "a size of 1 byte to 1 TiB");
        } else if (operation > 0 && size / operation > MOST_OPERATIONS) {
            find(pointer + "/size", rule, "a size of 2^30 operations at most");
        }
    }

    private void find(String pointer, String rule, String message) {
        findings.add(Finding.at(pointer, rule, message));
    }

    void check(Operation.Traffic traffic, String pointer) {
        device.accept(traffic.from(), pointer + "/from");
        checkTarget(traffic, pointer);
        if (traffic.from().equals(traffic.to())) {
            find(pointer + "/to", "traffic", "\"%s\" does not go out on PCIe to itself".formatted(traffic.to()));
        }
        long smallest = traffic.request().map(Operation.RequestSize::min).orElse(LARGEST_REQUEST);
        checkSize(traffic.size(), smallest, pointer, "traffic");
        traffic.request().ifPresent(request -> {
            if (request.min() < 1 || request.max() < request.min() || request.max() > LARGEST_REQUEST) {
                find(pointer + "/request", "traffic", "requests have 1 byte to 1 GiB, and min is not above max");
            }
        });
        if (traffic.window().orElse(1) <= 0) {
            find(pointer + "/window", "traffic", "a window of 1 byte at least, and below 8 EiB");
        }
        if (traffic.rate().isPresent() && traffic.poisson().isPresent()) {
            find(pointer + "/poisson", "traffic", "say either rate (steady) or poisson (at random)");
        }
    }

    private void checkTarget(Operation.Traffic traffic, String pointer) {
        if (!traffic.to().equals(Operation.MEMORY)) {
            device.accept(traffic.to(), pointer + "/to");
            if (traffic.socket().isPresent()) {
                find(pointer + "/socket", "traffic", "a socket is said only of memory");
            }
        }
        traffic.socket().filter(socket -> !sockets.contains(socket)).ifPresent(socket -> {
            String message = "no socket \"%s\"%s".formatted(socket, Finding.nearest(socket, sockets));
            find(pointer + "/socket", "unknown-socket", message);
        });
    }

    void check(Operation.AllReduce ring, String pointer) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < ring.members().size(); i++) {
            String member = ring.members().get(i);
            device.accept(member, pointer + "/members/" + i);
            if (!seen.add(member)) {
                find(pointer + "/members/" + i, "all-reduce", "\"%s\" is in the ring twice".formatted(member));
            }
        }
        if (ring.members().size() > MOST_MEMBERS) {
            find(pointer + "/members", "all-reduce", "a ring has %d members at most".formatted(MOST_MEMBERS));
        }
        if (ring.size() < ring.members().size()) {
            find(pointer + "/size", "all-reduce", "every member has a chunk of 1 byte at least");
        }
    }
}
