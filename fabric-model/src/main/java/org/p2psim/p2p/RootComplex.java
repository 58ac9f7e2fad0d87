package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.HostBridgeAllowlist;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.KernelRules.Rule;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** Whether a kernel lets TLPs between two host bridges pass the root complex: CPU check, then host-bridge list. */
final class RootComplex {
    private final Fabric fabric;
    private final Cpu cpu;
    private final KernelRules rules;
    private final boolean iommu;

    RootComplex(Fabric fabric, Cpu cpu, KernelRules rules) {
        this.fabric = fabric;
        this.cpu = cpu;
        this.rules = rules;
        this.iommu =
                fabric.hostBridges().stream().anyMatch(bridge -> bridge.iommu().requestsAcs());
    }

    /** @param redirect whether it is ACS that sends the TLPs here: then unlisted host bridges are named in the log */
    Truth forwards(HostBridge provider, HostBridge client, boolean redirect, Reasons reasons) {
        if (redirect && !rules.has(Rule.MAP_TYPES)) {
            reasons.refused(
                    "kernel %s refuses what ACS redirects, whatever the host bridge".formatted(rules.release()));
            return Truth.NO;
        }
        if (!rules.has(Rule.HOST_BRIDGES_MAY_FORWARD)) {
            reasons.refused("kernel %s lets no host bridge forward (from 5.2 on, some)".formatted(rules.release()));
            return Truth.NO;
        }
        if (rules.has(Rule.IOMMU_VOIDS_HOST_BRIDGES) && iommu) {
            reasons.refused("kernel %s lets no host bridge forward where there is an IOMMU".formatted(rules.release()));
            return Truth.NO;
        }
        Truth cpuAllowed = cpuAllowed(reasons);
        if (cpuAllowed == Truth.YES) {
            return Truth.YES;
        }
        return cpuAllowed.or(listed(provider, client, redirect, reasons));
    }

    private Truth cpuAllowed(Reasons reasons) {
        if (!rules.has(Rule.AMD_ZEN_CPU_ALLOWED)) {
            reasons.step(
                    Step.Kind.CPU_NOT_ALLOWED,
                    "kernel %s has no rule for CPUs (AMD Zen is allowed from 5.9 on)".formatted(rules.release()));
            return Truth.NO;
        }
        if (!cpu.isKnown()) {
            reasons.step(Step.Kind.CPU_NOT_KNOWN, "the CPU was not captured: AMD family 17h or later would be allowed");
            return Truth.NOT_KNOWN;
        }
        if (cpu.isAmdZen()) {
            reasons.step(
                    Step.Kind.CPU_ALLOWED,
                    "the CPU is %s: since 5.9 the kernel lets AMD Zen forward peer-to-peer DMA between any host bridges"
                            .formatted(cpu));
            return Truth.YES;
        }
        reasons.step(Step.Kind.CPU_NOT_ALLOWED, "the CPU is %s, not AMD family 17h or later".formatted(cpu));
        return Truth.NO;
    }

    private Truth listed(HostBridge provider, HostBridge client, boolean redirect, Reasons reasons) {
        if (provider.equals(client)) {
            return listed(provider, true, redirect, reasons);
        }
        Truth first = listed(provider, false, redirect, reasons);
        return first == Truth.NO ? first : first.and(listed(client, false, redirect, reasons));
    }

    private Truth listed(HostBridge bridge, boolean same, boolean redirect, Reasons reasons) {
        Optional<PciFunction> standIn = standIn(bridge);
        if (standIn.isEmpty()) {
            reasons.step(
                    Step.Kind.HOST_BRIDGE_UNKNOWN,
                    "host bridge %s: %s".formatted(bridge.rootBus(), whyNoStandIn(bridge)));
            return Truth.NO;
        }
        PciFunction device = standIn.get();
        if (!device.id().isKnown()) {
            reasons.step(
                    Step.Kind.HOST_BRIDGE_UNKNOWN,
                    "host bridge %s: the id of its first device was not captured".formatted(bridge.rootBus()));
            return Truth.NOT_KNOWN;
        }
        Optional<HostBridgeAllowlist.Entry> entry = rules.allowlist().find(device.id());
        if (entry.isEmpty()) {
            notListed(bridge, device, redirect, reasons);
            return Truth.NO;
        }
        if (!same && entry.get().sameHostBridgeOnly()) {
            reasons.step(
                    Step.Kind.HOST_BRIDGES_DIFFER,
                    device.address(),
                    "host bridge %s is %s (%s), listed only for two functions below that one bridge"
                            .formatted(
                                    bridge.rootBus(), device.id(), entry.get().what()));
            return Truth.NO;
        }
        reasons.step(
                Step.Kind.HOST_BRIDGE_LISTED,
                device.address(),
                "host bridge %s is %s (%s), which is in the P2PDMA list of kernel %s"
                        .formatted(bridge.rootBus(), device.id(), entry.get().what(), rules.release()));
        return Truth.YES;
    }

    private void notListed(HostBridge bridge, PciFunction device, boolean redirect, Reasons reasons) {
        reasons.step(
                Step.Kind.HOST_BRIDGE_NOT_LISTED,
                device.address(),
                "host bridge %s is %s at %s, which is not in the P2PDMA list of kernel %s"
                        .formatted(bridge.rootBus(), device.id(), device.address(), rules.release()));
        if (redirect && rules.has(Rule.WARNS_HOST_BRIDGE_NOT_LISTED)) {
            reasons.warn(
                    KernelMessage.Kind.HOST_BRIDGE_NOT_LISTED,
                    device.address(),
                    "Host bridge not in P2PDMA whitelist: " + device.id());
        }
    }

    /** The function whose id the kernel looks up for a host bridge ({@code pci_host_bridge_dev()}). */
    private Optional<PciFunction> standIn(HostBridge bridge) {
        ImmutableList<PciFunction> rootBus = fabric.rootBus(bridge);
        if (!rules.has(Rule.HOST_BRIDGE_IS_FIRST_DEVICE)) {
            return rootBus.stream().filter(RootComplex::isAtSlotZero).findFirst();
        }
        return rootBus.stream()
                .findFirst()
                .filter(first -> isAtSlotZero(first)
                        || rules.has(Rule.ROOT_PORT_STANDS_FOR_HOST_BRIDGE) && first.type() == PortType.ROOT_PORT);
    }

    private static boolean isAtSlotZero(PciFunction function) {
        Bdf address = function.address();
        return address.device() == 0 && address.function() == 0;
    }

    private String whyNoStandIn(HostBridge bridge) {
        ImmutableList<PciFunction> rootBus = fabric.rootBus(bridge);
        if (rootBus.isEmpty()) {
            return "its root bus is empty, so there is no device to look up";
        }
        PciFunction first = rootBus.get(0);
        return "nothing at 00.0 stands for it (the first device is %s, %s), so there is no id to look up"
                .formatted(first.id(), first.address());
    }
}
