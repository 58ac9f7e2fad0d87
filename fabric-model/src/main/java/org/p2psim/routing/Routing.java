package org.p2psim.routing;

import java.util.Optional;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.KernelRules;
import org.p2psim.routing.Delivery.Disposition;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;

/**
 * Where the TLPs between two functions of a fabric go, and those to host memory, port by port (PCIe base specification 6.12.3, ACS functions and
 * their interactions).
 *
 * <p>A request climbs from its initiator. At every root and downstream port that it enters from below it turns
 * towards the target if the target is below the same switch or port, unless ACS P2P Request Redirect (RR) or P2P
 * Egress Control (EC) is on there: then it goes on to the root complex (which in a switch above takes ACS Upstream
 * Forwarding; it is taken to be on). At the root the IOMMU translates or blocks it, and the root complex sends it down.
 * A request that carries an address translated by ATS stays below at a port with ACS Direct Translated P2P (DT) on, and
 * goes nowhere through one with Translation Blocking (TB) on. A completion is routed by the requester's ID: only P2P Completion Redirect (CR) sends it up, and no IOMMU looks at
 * it.
 */
public final class Routing {
    private final Fabric fabric;
    private final P2pdma newestKernel;

    public Routing(Fabric fabric) {
        this.fabric = fabric;
        this.newestKernel = new P2pdma(fabric, fabric.bootCpu(), KernelRules.of(KernelRules.NEWEST));
    }

    /**
     * What becomes of a memory request.
     *
     * @param posted true for a write, which nobody answers
     */
    public Delivery request(PciFunction initiator, PciFunction target, AddressKind kind, boolean posted) {
        HostBridge bridge = fabric.hostBridge(initiator);
        Walk walk = new Walk(fabric, target, rule(kind));
        boolean turned = walk.climbFrom(initiator);
        if (walk.isBlocked()) {
            return blocked(walk, posted);
        }
        if (turned) {
            return walk.delivery(Disposition.DIRECT, sameDeviceCaveat(initiator, target));
        }
        if (!passesIommu(walk, bridge, kind, posted)) {
            return blocked(walk, posted);
        }
        walk.throughRootComplex(bridge, fabric.hostBridge(target));
        return walk.delivery(Disposition.VIA_ROOT_COMPLEX, rootComplexCaveat(initiator, target));
    }

    /**
     * What becomes of a memory request to the memory of a socket, whose addresses are in no bridge window.
     *
     * @param socket its id
     * @param posted true for a write, which nobody answers
     */
    public Delivery toMemory(PciFunction initiator, String socket, AddressKind kind, boolean posted) {
        HostBridge bridge = fabric.hostBridge(initiator);
        Walk walk = new Walk(fabric, kind == AddressKind.TRANSLATED ? Walk.Rule.TRANSLATED : Walk.Rule.WINDOWLESS);
        walk.climbFrom(initiator);
        if (walk.isBlocked() || !passesIommu(walk, bridge, kind, posted)) {
            return blocked(walk, posted);
        }
        walk.intoMemory(bridge, socket);
        return walk.delivery(Disposition.HOST_MEMORY, Optional.empty());
    }

    private static Walk.Rule rule(AddressKind kind) {
        return switch (kind) {
            case BUS_ADDRESS -> Walk.Rule.REQUEST;
            case IOVA -> Walk.Rule.WINDOWLESS;
            case TRANSLATED -> Walk.Rule.TRANSLATED;
        };
    }

    /** Whether the IOMMU lets a request on; it translates IOVAs, and knows no other addresses if it is on. */
    private static boolean passesIommu(Walk walk, HostBridge bridge, AddressKind kind, boolean posted) {
        if (kind == AddressKind.IOVA) {
            walk.translatedBy(bridge);
        } else if (kind == AddressKind.BUS_ADDRESS && bridge.iommu() == IommuMode.TRANSLATING) {
            walk.blockedBy(bridge, posted);
            return false;
        }
        return true;
    }

    private static Delivery blocked(Walk walk, boolean posted) {
        return walk.delivery(posted ? Disposition.DROPPED : Disposition.REFUSED, Optional.empty());
    }

    /** The way of the completions of a read, from the function that was read to the one that asked. */
    public Route completion(PciFunction completer, PciFunction requester) {
        Walk walk = new Walk(fabric, requester, Walk.Rule.COMPLETION);
        if (!walk.climbFrom(completer)) {
            walk.throughRootComplex(fabric.hostBridge(completer), fabric.hostBridge(requester));
        }
        return walk.route();
    }

    /** The way of the completions of a read, from the memory of a socket to the function that asked. */
    public Route completionFromMemory(String socket, PciFunction requester) {
        Walk walk = new Walk(fabric, requester, Walk.Rule.COMPLETION);
        walk.outOfMemory(socket, fabric.hostBridge(requester));
        return walk.route();
    }

    /** What a multi-function device does between its functions is its own business. */
    private static Optional<String> sameDeviceCaveat(PciFunction initiator, PciFunction target) {
        boolean sameDevice = initiator.upstreamBridge().equals(target.upstreamBridge())
                && initiator.address().bus() == target.address().bus()
                && initiator.address().device() == target.address().device();
        return sameDevice
                ? Optional.of("it is not known whether the device forwards between its functions, or whether the port"
                        + " above returns what it sends up; the figures take the link up and down")
                : Optional.empty();
    }

    /**
     * Root complexes need not forward requests between their root ports (base specification 1.3.1); the kernel's list
     * is the public record of those that do.
     */
    private Optional<String> rootComplexCaveat(PciFunction initiator, PciFunction target) {
        if (newestKernel.trustsRootComplex(target, initiator)) {
            return Optional.empty();
        }
        HostBridge from = fabric.hostBridge(initiator);
        HostBridge to = fabric.hostBridge(target);
        String which = from.equals(to)
                ? "host bridge " + from.rootBus()
                : "host bridges %s and %s".formatted(from.rootBus(), to.rootBus());
        return Optional.of(
                "it is not known whether the root complex forwards peer-to-peer TLPs: the CPU is %s, not AMD Zen, and the list of kernel %s does not have %s for this way"
                        .formatted(fabric.bootCpu(), KernelRules.NEWEST, which));
    }
}
