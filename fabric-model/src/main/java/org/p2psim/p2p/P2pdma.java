package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.AcsPolicy.Way;
import org.p2psim.p2p.Verdict.Branch;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.KernelRules.Rule;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;

/**
 * The decision of {@code calc_map_type_and_dist()} and {@code pci_p2pdma_distance_many()} (drivers/pci/p2pdma.c) for
 * one fabric, CPU and kernel. It reads the tree, the ACS control words and the CPU's identity, and nothing else: not
 * the link, BAR size, driver or IOMMU mode (5.2 and 5.3 ask whether there is an IOMMU).
 */
public final class P2pdma {
    private static final int PENALTY = 0x1000;

    private final Fabric fabric;
    private final KernelRules rules;
    private final AcsPolicy policy;
    private final PathTable table;
    private final RootComplex rootComplex;
    /** By host bridges of provider and client and by redirect; filled as pairs are asked. */
    private final Truth[][][] forwards;

    public P2pdma(Fabric fabric, Cpu cpu, KernelRules rules) {
        this(fabric, cpu, rules, new AcsPolicy.Released());
    }

    public P2pdma(Fabric fabric, Cpu cpu, KernelRules rules, AcsPolicy policy) {
        this.fabric = fabric;
        this.rules = rules;
        this.policy = policy;
        this.table = new PathTable(fabric);
        this.rootComplex = new RootComplex(fabric, cpu, rules);
        int bridges = fabric.hostBridges().size();
        this.forwards = new Truth[bridges][bridges][];
    }

    /**
     * {@code pci_p2pdma_distance_many(..., verbose=true)}: the kernel stops at a client that is not a PCI device, and
     * goes on after one that is not supported.
     */
    public Distance distance(Bdf provider, List<Client> clients) {
        List<KernelMessage> messages = new ArrayList<>();
        List<Optional<Verdict>> pairs = new ArrayList<>();
        Set<MapType> types = EnumSet.noneOf(MapType.class);
        boolean stopped = false;
        int sum = 0;
        for (Client client : clients) {
            Optional<Verdict> verdict = client.function().map(function -> verdict(provider, function));
            Optional<KernelMessage> refusal = refusal(client);
            pairs.add(verdict);
            types.add(
                    refusal.isPresent()
                            ? MapType.NOT_SUPPORTED
                            : verdict.orElseThrow().mapType());
            if (stopped) {
                continue;
            }
            refusal.ifPresent(messages::add);
            stopped = refusal.isPresent();
            if (!stopped) {
                messages.addAll(verdict.orElseThrow().messages());
                sum += verdict.get().distance().orElse(0);
            }
        }
        if (clients.isEmpty() || types.contains(MapType.NOT_SUPPORTED)) {
            return new Distance(OptionalInt.of(-1), MapType.NOT_SUPPORTED, pairs, messages);
        }
        if (types.contains(MapType.DEPENDS_ON)) {
            return new Distance(OptionalInt.empty(), MapType.DEPENDS_ON, pairs, messages);
        }
        boolean through = types.contains(MapType.THRU_HOST_BRIDGE);
        MapType worst = through ? MapType.THRU_HOST_BRIDGE : MapType.BUS_ADDR;
        return new Distance(OptionalInt.of(sum), worst, pairs, messages);
    }

    private Optional<KernelMessage> refusal(Client client) {
        String cannot = "cannot be used for peer-to-peer DMA ";
        if (client.dmaVirtOps() && rules.has(Rule.REFUSES_DMA_VIRT_OPS)) {
            String text = cannot + "because the driver makes use of dma_virt_ops";
            return Optional.of(new KernelMessage(KernelMessage.Kind.DMA_VIRT_OPS, client.name(), text));
        }
        return client.function().isPresent()
                ? Optional.empty()
                : Optional.of(new KernelMessage(
                        KernelMessage.Kind.NOT_PCI, client.name(), cannot + "as it is not a PCI device"));
    }

    /**
     * {@code pci_p2pmem_find_many()}: of the providers that published memory, those nearest to all clients; the kernel
     * takes one of them at random.
     */
    public ImmutableList<Bdf> findMany(List<Bdf> published, List<Client> clients) {
        int nearest = Integer.MAX_VALUE;
        List<Bdf> found = new ArrayList<>();
        for (Bdf provider : published) {
            int distance = distance(provider, clients).sum().orElse(-1);
            if (distance < 0 || distance > nearest) {
                continue;
            }
            if (distance < nearest) {
                found.clear();
                nearest = distance;
            }
            found.add(provider);
        }
        return ImmutableList.copyOf(found);
    }

    /**
     * The decision for the pair of functions at two positions of {@link Fabric#functions()}, without reasons.
     *
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public Decision decide(int provider, int client) {
        int common = table.common(provider, client);
        ImmutableList<Way> ways = policy.ways(table, provider, client, common);
        MapType type = mapType(ways.get(0), provider, client, common);
        for (int i = 1; i < ways.size(); i++) {
            if (mapType(ways.get(i), provider, client, common) != type) {
                type = MapType.DEPENDS_ON;
            }
        }
        return decision(type, provider, client, common);
    }

    private Decision decision(MapType type, int provider, int client, int common) {
        boolean penalty = common == PathTable.NONE
                && type == MapType.BUS_ADDR
                && rules.has(Rule.DISTANCE_PENALTY_OF_HOST_BRIDGES);
        return new Decision(
                type, table.hops(provider, client, common), common != PathTable.NONE, penalty ? PENALTY : 0);
    }

    private MapType mapType(Way way, int provider, int client, int common) {
        return switch (way) {
            case DIRECT -> MapType.BUS_ADDR;
            case BLOCKED -> MapType.NOT_SUPPORTED;
            case REDIRECTED ->
                switch (forwards(provider, client, common != PathTable.NONE)) {
                    case YES -> forwarded();
                    case NO -> MapType.NOT_SUPPORTED;
                    case NOT_KNOWN -> MapType.DEPENDS_ON;
                };
        };
    }

    /** Before 5.4 every mapping uses bus addresses, through host bridges too. */
    private MapType forwarded() {
        return rules.has(Rule.MAP_TYPES) ? MapType.THRU_HOST_BRIDGE : MapType.BUS_ADDR;
    }

    private Truth forwards(int provider, int client, boolean redirect) {
        int from = table.hostBridge(provider);
        int to = table.hostBridge(client);
        Truth[] known = forwards[from][to];
        if (known == null) {
            known = new Truth[2];
            forwards[from][to] = known;
        }
        int slot = redirect ? 1 : 0;
        if (known[slot] == null) {
            known[slot] = rootComplex.forwards(
                    fabric.hostBridges().get(from), fabric.hostBridges().get(to), redirect, new Reasons(rules));
        }
        return known[slot];
    }

    /** Whether this kernel lets TLPs between two functions pass the root complex, whatever the bridges below it do. */
    public boolean trustsRootComplex(PciFunction provider, PciFunction client) {
        return forwards(table.index(provider.address()), table.index(client.address()), false) == Truth.YES;
    }

    /**
     * The verdict for one pair.
     *
     * @throws IllegalArgumentException if there is no function at one of the addresses
     */
    public Verdict verdict(Bdf providerAddress, Bdf clientAddress) {
        int provider = table.index(providerAddress);
        int client = table.index(clientAddress);
        int common = table.common(provider, client);
        Decision decision = decide(provider, client);
        ImmutableList<Way> ways = policy.ways(table, provider, client, common);
        ImmutableList<PciFunction> redirecting = policy.redirecting(table, provider, client, common);
        ImmutableList<PciFunction> notKnown =
                ways.size() == 1 ? ImmutableList.of() : policy.notKnown(table, provider, client, common);
        Reasons reasons = new Reasons(rules);
        reasons.common(
                common == PathTable.NONE ? Optional.empty() : Optional.of(table.function(common)), decision.hops());
        reasons.notKnown(notKnown);
        if (common == PathTable.NONE && ways.contains(Way.DIRECT)) {
            reasons.mayShareBridge();
        }
        explain(ways, redirecting, provider, client, common, reasons);
        boolean open = decision.mapType() == MapType.DEPENDS_ON;
        if (decision.mapType() == MapType.NOT_SUPPORTED && warnsNoPath(ways, redirecting)) {
            reasons.warnNoPath(table.function(provider), table.function(client));
        }
        return new Verdict(
                providerAddress,
                clientAddress,
                decision.mapType(),
                decision.hops(),
                decision.distance(),
                redirecting.stream().map(PciFunction::address).collect(ImmutableList.toImmutableList()),
                reasons.steps(),
                open ? List.of() : reasons.messages(),
                open ? branches(ways, notKnown, provider, client, common) : List.of());
    }

    /** Before 5.4 a redirect had a message of its own and no other. */
    private boolean warnsNoPath(List<Way> ways, List<PciFunction> redirecting) {
        return !ways.contains(Way.BLOCKED) && (rules.has(Rule.MAP_TYPES) || redirecting.isEmpty());
    }

    private void explain(
            List<Way> ways, List<PciFunction> redirecting, int provider, int client, int common, Reasons reasons) {
        if (ways.equals(List.of(Way.DIRECT))) {
            reasons.direct();
            return;
        }
        reasons.redirect(redirecting);
        boolean released = policy instanceof AcsPolicy.Released;
        if (!redirecting.isEmpty()) {
            String controls = released ? "ACS redirect" : "ACS controls";
            reasons.warnRedirect(table.function(provider), table.function(client), redirecting, controls);
        }
        if (ways.contains(Way.REDIRECTED)) {
            boolean named = common != PathTable.NONE || !released;
            rootComplex.forwards(
                    fabric.hostBridges().get(table.hostBridge(provider)),
                    fabric.hostBridges().get(table.hostBridge(client)),
                    named,
                    reasons);
        }
        if (ways.contains(Way.BLOCKED)) {
            reasons.step(
                    Step.Kind.TRANSLATION_BLOCKED,
                    "ACS Translation Blocking on the client's way refuses requests with translated addresses");
        }
    }

    private ImmutableList<Branch> branches(
            List<Way> ways, List<PciFunction> notKnown, int provider, int client, int common) {
        List<Branch> branches = new ArrayList<>();
        for (Way way : ways) {
            List<String> conditions = ways.size() == 1 ? List.of() : List.of(condition(way, notKnown, common));
            MapType type = mapType(way, provider, client, common);
            if (type != MapType.DEPENDS_ON) {
                boolean unseen = common == PathTable.NONE && way == Way.DIRECT;
                OptionalInt known = decision(type, provider, client, common).distance();
                branches.add(new Branch(conditions, type, unseen ? OptionalInt.empty() : known));
                continue;
            }
            String trusted = "the CPU or the host bridges are among those that kernel %s lets forward"
                    .formatted(rules.release());
            OptionalInt distance =
                    decision(forwarded(), provider, client, common).distance();
            branches.add(new Branch(with(conditions, trusted), forwarded(), distance));
            branches.add(new Branch(with(conditions, "they are not"), MapType.NOT_SUPPORTED, OptionalInt.of(-1)));
        }
        return ImmutableList.copyOf(branches);
    }

    private static String condition(Way way, List<PciFunction> notKnown, int common) {
        if (common == PathTable.NONE) {
            return way == Way.DIRECT
                    ? "a switch that was not captured is above both, and nothing on the way redirects"
                    : "the TLPs of the two pass the root complex";
        }
        String functions = notKnown.stream().map(f -> f.address().toString()).collect(Collectors.joining(", "));
        return switch (way) {
            case DIRECT -> "ACS RR, CR and EC are off at " + functions;
            case REDIRECTED -> "one of them is on at " + functions;
            case BLOCKED -> "Translation Blocking is on at " + functions;
        };
    }

    private static List<String> with(List<String> conditions, String more) {
        return ImmutableList.<String>builder().addAll(conditions).add(more).build();
    }
}
