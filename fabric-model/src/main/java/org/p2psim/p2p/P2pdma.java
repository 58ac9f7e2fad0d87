package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.HostBridgeAllowlist;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.KernelRules.Rule;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.Path;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/**
 * The decision of {@code calc_map_type_and_dist()} and {@code pci_p2pdma_distance_many()} (drivers/pci/p2pdma.c) for
 * one fabric, CPU and kernel. It reads the tree, the ACS control words and the CPU's identity, and nothing else: not
 * the link, BAR size, driver or IOMMU mode.
 */
public final class P2pdma {
    /** The message is built with room for 128 bytes, the last one for the end of the string. */
    private static final int HINT_LENGTH_MAX = 127;

    private final Fabric fabric;
    private final Cpu cpu;
    private final KernelRules rules;

    public P2pdma(Fabric fabric, Cpu cpu, KernelRules rules) {
        this.fabric = fabric;
        this.cpu = cpu;
        this.rules = rules;
    }

    /**
     * The sum of the distances from a provider to every client, -1 if one of them is not supported or there is none.
     */
    public int distanceMany(Bdf provider, List<Bdf> clients) {
        int sum = clients.isEmpty() ? -1 : 0;
        for (Bdf client : clients) {
            int distance = verdict(provider, client).distance();
            if (distance < 0) {
                return -1;
            }
            sum += distance;
        }
        return sum;
    }

    /**
     * The verdict for one pair.
     *
     * @throws IllegalArgumentException if there is no function at one of the addresses
     */
    public Verdict verdict(Bdf providerAddress, Bdf clientAddress) {
        PciFunction provider = fabric.function(providerAddress);
        PciFunction client = fabric.function(clientAddress);
        Path path = fabric.path(provider, client);
        Reasons reasons = new Reasons();

        ImmutableList<PciFunction> redirecting = redirecting(path);
        MapType mapType;
        if (path.common().isPresent() && redirecting.isEmpty()) {
            reasons.commonBridge(path, path.common().get());
            mapType = MapType.BUS_ADDR;
        } else {
            reasons.throughRootComplex(path, redirecting);
            if (!redirecting.isEmpty()) {
                reasons.warnRedirect(provider, client, redirecting);
            }
            boolean allowed =
                    cpuAllowed(reasons) || hostBridgesAllowed(provider, client, !redirecting.isEmpty(), reasons);
            mapType = allowed ? MapType.THRU_HOST_BRIDGE : MapType.NOT_SUPPORTED;
        }
        if (mapType == MapType.NOT_SUPPORTED) {
            reasons.warnNoPath(provider, client);
        }
        return new Verdict(
                providerAddress,
                clientAddress,
                mapType,
                path.hops(),
                redirecting.stream().map(PciFunction::address).collect(ImmutableList.toImmutableList()),
                reasons.steps,
                reasons.messages);
    }

    /** Whether this kernel lets TLPs between two functions pass the root complex, whatever the bridges below it do. */
    public boolean trustsRootComplex(PciFunction provider, PciFunction client) {
        Reasons reasons = new Reasons();
        return cpuAllowed(reasons) || hostBridgesAllowed(provider, client, false, reasons);
    }

    /** The set that is examined: both ways up, the common bridge with the provider's side; nothing without one. */
    private static ImmutableList<PciFunction> redirecting(Path path) {
        if (path.common().isEmpty()) {
            return ImmutableList.of();
        }
        List<PciFunction> examined = new ArrayList<>(path.providerSide());
        examined.add(path.common().get());
        examined.addAll(path.clientSide());
        return examined.stream().filter(PciFunction::redirects).collect(ImmutableList.toImmutableList());
    }

    private boolean cpuAllowed(Reasons reasons) {
        if (rules.has(Rule.AMD_ZEN_CPU_ALLOWED) && cpu.isAmdZen()) {
            reasons.step(
                    Step.Kind.CPU_ALLOWED,
                    "the CPU is %s: since 5.9 the kernel lets AMD Zen forward peer-to-peer DMA between any host bridges"
                            .formatted(cpu));
            return true;
        }
        reasons.step(
                Step.Kind.CPU_NOT_ALLOWED,
                rules.has(Rule.AMD_ZEN_CPU_ALLOWED)
                        ? "the CPU is %s, not AMD family 17h or later".formatted(cpu)
                        : "kernel %s has no rule for CPUs (AMD Zen is allowed from 5.9 on)".formatted(rules.release()));
        return false;
    }

    private boolean hostBridgesAllowed(PciFunction provider, PciFunction client, boolean redirect, Reasons reasons) {
        HostBridge providers = fabric.hostBridge(provider);
        HostBridge clients = fabric.hostBridge(client);
        if (providers.equals(clients)) {
            return listed(providers, true, redirect, reasons);
        }
        return listed(providers, false, redirect, reasons) && listed(clients, false, redirect, reasons);
    }

    private boolean listed(HostBridge bridge, boolean same, boolean redirect, Reasons reasons) {
        Optional<PciFunction> standIn = standIn(bridge);
        if (standIn.isEmpty()) {
            reasons.step(
                    Step.Kind.HOST_BRIDGE_UNKNOWN,
                    "host bridge %s: %s".formatted(bridge.rootBus(), whyNoStandIn(bridge)));
            return false;
        }
        PciFunction device = standIn.get();
        Optional<HostBridgeAllowlist.Entry> entry = rules.allowlist().find(device.id());
        if (entry.isEmpty()) {
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
            return false;
        }
        if (!same && entry.get().sameHostBridgeOnly()) {
            reasons.step(
                    Step.Kind.HOST_BRIDGES_DIFFER,
                    device.address(),
                    "host bridge %s is %s (%s), listed only for two functions below that one bridge"
                            .formatted(
                                    bridge.rootBus(), device.id(), entry.get().what()));
            return false;
        }
        reasons.step(
                Step.Kind.HOST_BRIDGE_LISTED,
                device.address(),
                "host bridge %s is %s (%s), which is in the P2PDMA list of kernel %s"
                        .formatted(bridge.rootBus(), device.id(), entry.get().what(), rules.release()));
        return true;
    }

    /** The function whose id the kernel looks up for a host bridge ({@code pci_host_bridge_dev()}). */
    private Optional<PciFunction> standIn(HostBridge bridge) {
        ImmutableList<PciFunction> rootBus = fabric.rootBus(bridge);
        if (!rules.has(Rule.HOST_BRIDGE_IS_FIRST_DEVICE)) {
            return rootBus.stream().filter(P2pdma::isAtSlotZero).findFirst();
        }
        return rootBus.stream()
                .findFirst()
                .filter(first -> isAtSlotZero(first)
                        || rules.has(Rule.ROOT_PORT_STANDS_FOR_HOST_BRIDGE) && first.type() == PortType.ROOT_PORT);
    }

    private static boolean isAtSlotZero(PciFunction function) {
        return function.address().device() == 0 && function.address().function() == 0;
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

    /** Collects steps and messages in the order of the kernel's own checks. */
    private final class Reasons {
        private final List<Step> steps = new ArrayList<>();
        private final List<KernelMessage> messages = new ArrayList<>();

        void step(Step.Kind kind, String sentence) {
            steps.add(new Step(kind, Optional.empty(), sentence));
        }

        void step(Step.Kind kind, Bdf at, String sentence) {
            steps.add(new Step(kind, Optional.of(at), sentence));
        }

        void warn(KernelMessage.Kind kind, Bdf function, String text) {
            messages.add(new KernelMessage(kind, function, text));
        }

        void commonBridge(Path path, PciFunction common) {
            step(
                    Step.Kind.COMMON_BRIDGE,
                    common.address(),
                    path.hops() == 0
                            ? "provider and client are the same function"
                            : "both are below %s (%s)".formatted(common.name(), common.address()));
            step(
                    Step.Kind.NO_ACS_REDIRECT,
                    "no function on the way redirects (ACS RR, CR and EC are off), so the kernel takes the way to be direct");
        }

        void throughRootComplex(Path path, List<PciFunction> redirecting) {
            if (path.common().isEmpty()) {
                step(
                        Step.Kind.NO_COMMON_BRIDGE,
                        "the two have no upstream bridge in common, so TLPs pass the root complex");
                return;
            }
            PciFunction common = path.common().get();
            step(
                    Step.Kind.COMMON_BRIDGE,
                    common.address(),
                    "both are below %s (%s)".formatted(common.name(), common.address()));
            for (PciFunction function : redirecting) {
                step(
                        Step.Kind.ACS_REDIRECT,
                        function.address(),
                        "%s (%s) has ACS %s on, which sends peer TLPs up to the root complex"
                                .formatted(function.name(), function.address(), redirectBits(function)));
            }
        }

        void warnRedirect(PciFunction provider, PciFunction client, List<PciFunction> redirecting) {
            String list = redirecting.stream()
                    .map(function -> function.address().toString())
                    .collect(Collectors.joining(";"));
            if (rules.has(Rule.ACS_HINT_IN_128_BYTES) && list.length() + 1 > HINT_LENGTH_MAX) {
                list = (list + ";").substring(0, HINT_LENGTH_MAX);
            }
            warn(
                    KernelMessage.Kind.ACS_REDIRECT,
                    client.address(),
                    "ACS redirect is set between the client and provider (%s)".formatted(provider.address()));
            warn(
                    KernelMessage.Kind.ACS_HINT,
                    client.address(),
                    "to disable ACS redirect for this path, add the kernel parameter: pci=disable_acs_redir=" + list);
        }

        void warnNoPath(PciFunction provider, PciFunction client) {
            warn(
                    KernelMessage.Kind.NO_PATH,
                    client.address(),
                    "cannot be used for peer-to-peer DMA as the client and provider (%s) do not share an upstream bridge or whitelisted host bridge"
                            .formatted(provider.address()));
        }

        private String redirectBits(PciFunction function) {
            return Acs.bits(function.acs().orElseThrow().control()).stream()
                    .filter(bit -> bit == AcsBit.RR || bit == AcsBit.CR || bit == AcsBit.EC)
                    .map(AcsBit::name)
                    .collect(Collectors.joining("+"));
        }
    }
}
