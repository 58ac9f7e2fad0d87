package org.p2psim.scenario.assembly;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.NvmeOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.unit.Bytes;

/** What must hold of traffic and collectives. */
final class WorkloadRules {
    private static final long LARGEST_REQUEST = Bytes.GIB;
    private static final long LARGEST_TRANSFER = Bytes.TIB;
    private static final long MOST_OPERATIONS = 1 << 30;
    private static final long MOST_MEMBERS = 1024;
    /** A day: simulated time ends after 40 hours, of which a timeline may take one, and requests at random may be late. */
    private static final double LONGEST_SECONDS = 24 * 3600;

    private final DeviceRoles roles;
    private final Set<String> sockets;
    private final List<Finding> findings;

    /** @param sockets ids */
    WorkloadRules(DeviceRoles roles, Set<String> sockets, List<Finding> findings) {
        this.roles = roles;
        this.sockets = sockets;
        this.findings = findings;
    }

    void check(NvmeOperation.Commands commands, String pointer) {
        OptionalLong request = commands.request();
        checkSize(commands.size(), request.orElse(LARGEST_REQUEST), pointer, "nvme");
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

    void check(DmaOperation.Traffic traffic, String pointer) {
        roles.initiator(traffic.from(), pointer + "/from");
        checkTarget(traffic, pointer);
        if (traffic.from().equals(traffic.to())) {
            find(pointer + "/to", "traffic", "\"%s\" does not go out on PCIe to itself".formatted(traffic.to()));
        }
        long smallest = traffic.request().map(DmaOperation.RequestSize::min).orElse(LARGEST_REQUEST);
        checkSize(traffic.size(), smallest, pointer, "traffic");
        traffic.request().ifPresent(request -> {
            if (request.min() < 1 || request.max() < request.min() || request.max() > LARGEST_REQUEST) {
                find(pointer + "/request", "traffic", "requests have 1 byte to 1 GiB, and min is not above max");
            }
        });
        checkWindow(traffic, pointer);
        checkEnd(traffic, pointer);
        if (traffic.rate().isPresent() && traffic.poisson().isPresent()) {
            find(pointer + "/poisson", "traffic", "say either rate (steady) or poisson (at random)");
        }
    }

    /** Requests fit into the window, and the window into the BAR. */
    private void checkWindow(DmaOperation.Traffic traffic, String pointer) {
        long request =
                traffic.request().map(DmaOperation.RequestSize::max).orElse(DmaOperation.Traffic.DEFAULT_REQUEST);
        OptionalLong bar = roles.largestBar(traffic.to());
        if (traffic.window().isPresent()) {
            long window = traffic.window().getAsLong();
            if (window <= 0) {
                find(pointer + "/window", "traffic", "a window of 1 byte at least, and below 8 EiB");
            } else if (bar.isPresent() && window > bar.getAsLong()) {
                String message = "the largest BAR of \"%s\" has %s, and a window no more"
                        .formatted(traffic.to(), Bytes.format(bar.getAsLong()));
                find(pointer + "/window", "traffic", message);
            } else if (request > window) {
                String message = "a window holds one request at least: %s".formatted(Bytes.format(request));
                find(pointer + "/window", "traffic", message);
            }
        } else if (bar.isPresent() && request > bar.getAsLong()) {
            String message = "the largest BAR of \"%s\" has %s, and a request of %s does not fit into it"
                    .formatted(traffic.to(), Bytes.format(bar.getAsLong()), Bytes.format(request));
            find(pointer + (traffic.request().isPresent() ? "/request" : "/to"), "traffic", message);
        }
        roles.hasMemory(traffic.to(), pointer + "/to");
    }

    /** Whoever sends so slowly is still at it when simulated time ends. */
    private void checkEnd(DmaOperation.Traffic traffic, String pointer) {
        OptionalLong rate = traffic.rate().isPresent() ? traffic.rate() : traffic.poisson();
        double seconds = traffic.size() / (double) rate.orElse(Long.MAX_VALUE);
        if (seconds > LONGEST_SECONDS) {
            String key = traffic.rate().isPresent() ? "/rate" : "/poisson";
            String message = "%s take %.0f hours at this rate; 24 at most: say less size, or a higher rate"
                    .formatted(Bytes.format(traffic.size()), seconds / 3600);
            find(pointer + key, "end-of-time", message);
        }
    }

    private void checkTarget(DmaOperation.Traffic traffic, String pointer) {
        if (!traffic.to().equals(Operation.MEMORY)) {
            roles.initiator(traffic.to(), pointer + "/to");
            if (traffic.socket().isPresent()) {
                find(pointer + "/socket", "traffic", "a socket is said only of memory");
            }
        }
        traffic.socket().filter(socket -> !sockets.contains(socket)).ifPresent(socket -> {
            String message = "no socket \"%s\"%s".formatted(socket, Finding.nearest(socket, sockets));
            find(pointer + "/socket", "unknown-socket", message);
        });
    }

    void check(DmaOperation.AllReduce ring, String pointer) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < ring.members().size(); i++) {
            String member = ring.members().get(i);
            roles.initiator(member, pointer + "/members/" + i);
            if (!seen.add(member)) {
                find(pointer + "/members/" + i, "all-reduce", "\"%s\" is in the ring twice".formatted(member));
            }
        }
        if (ring.members().size() > MOST_MEMBERS) {
            find(pointer + "/members", "all-reduce", "a ring has %d members at most".formatted(MOST_MEMBERS));
        }
        for (int i = 0; i < ring.members().size(); i++) {
            String member = ring.members().get(i);
            OptionalLong bar = roles.largestBar(member);
            roles.hasMemory(member, pointer + "/members/" + i);
            if (bar.isPresent() && bar.getAsLong() < ring.size()) {
                String message = "the largest BAR of \"%s\" has %s; what is reduced, %s, must fit into it"
                        .formatted(member, Bytes.format(bar.getAsLong()), Bytes.format(ring.size()));
                find(pointer + "/members/" + i, "all-reduce", message);
            }
        }
        if (ring.size() < ring.members().size()) {
            find(pointer + "/size", "all-reduce", "every member has a chunk of 1 byte at least");
        }
    }
}
