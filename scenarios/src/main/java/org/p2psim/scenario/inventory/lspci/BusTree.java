package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Multimaps;
import com.google.common.collect.Multiset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.config.Bridge;
import org.p2psim.scenario.inventory.config.Header;

/** Which bridge is above which bus, as bus numbers say. */
final class BusTree {
    private static final int HOST_BRIDGE = 0x0600;

    private final ImmutableMap<Bdf, Bridge> bridges;
    private final Map<Bus, Bdf> bridgeAbove = new HashMap<>();
    private final ImmutableListMultimap<Integer, Map.Entry<Bdf, Bridge>> bridgesByDomain;
    private final Map<Bus, Optional<Bdf>> forwarding = new HashMap<>();
    private final Set<Bus> hostBridgeBuses = new HashSet<>();
    private final Multiset<Bus> bridgesOnBus = HashMultiset.create();
    private final Set<Integer> domainsWithGaps = new HashSet<>();
    private final Set<Bdf> misplaced = new LinkedHashSet<>();

    /** One bus of a domain. */
    private record Bus(int domain, int number) {
        static Bus of(Bdf address) {
            return new Bus(address.domain(), address.bus());
        }
    }

    /** @param functions in the order of the dump */
    BusTree(Map<Bdf, Reading> functions) {
        ImmutableMap.Builder<Bdf, Bridge> configured = ImmutableMap.builder();
        functions.forEach((address, reading) -> {
            reading.bridge().filter(Bridge::isConfigured).ifPresent(bridge -> configured.put(address, bridge));
            if (isHostBridge(reading)) {
                hostBridgeBuses.add(Bus.of(address));
            }
            if (reading.identity().header().equals(Optional.of(Header.BRIDGE))) {
                bridgesOnBus.add(Bus.of(address));
                if (reading.bridge().isEmpty()) {
                    domainsWithGaps.add(address.domain());
                }
            }
        });
        bridges = configured.buildOrThrow();
        bridgesByDomain =
                Multimaps.index(bridges.entrySet(), entry -> entry.getKey().domain());
        bridges.forEach((address, bridge) -> {
            Bdf other = bridgeAbove.putIfAbsent(new Bus(address.domain(), bridge.secondary()), address);
            if (other != null) {
                misplaced.add(address);
            }
        });
        bridges.forEach(this::checkNesting);
        checkSiblings();
    }

    static boolean isHostBridge(Reading reading) {
        return reading.identity().classCode().isPresent()
                && reading.identity().classCode().getAsInt() >> 8 == HOST_BRIDGE;
    }

    private void checkNesting(Bdf address, Bridge bridge) {
        boolean ordered = bridge.secondary() > address.bus() && bridge.subordinate() >= bridge.secondary();
        Optional<Bridge> parent = above(address).map(bridges::get);
        boolean inside =
                parent.isEmpty() || bridge.subordinate() <= parent.get().subordinate();
        if (!ordered || !inside) {
            misplaced.add(address);
        }
    }

    /** Two bridges on one bus must not claim the same buses below them. */
    private void checkSiblings() {
        Map<Bus, List<Bdf>> byBus = new LinkedHashMap<>();
        bridges.keySet()
                .forEach(address -> byBus.computeIfAbsent(Bus.of(address), bus -> new ArrayList<>())
                        .add(address));
        for (List<Bdf> siblings : byBus.values()) {
            siblings.sort(Comparator.comparingInt(address -> range(address).secondary()));
            int highest = -1;
            for (Bdf address : siblings) {
                if (range(address).secondary() <= highest) {
                    misplaced.add(address);
                }
                highest = Math.max(highest, range(address).subordinate());
            }
        }
    }

    private Bridge range(Bdf address) {
        Bridge bridge = bridges.get(address);
        if (bridge == null) {
            throw new IllegalArgumentException(address + " is no bridge");
        }
        return bridge;
    }

    /** False if there are bridges and none has bus numbers: listings without {@code -v}. */
    boolean isKnown() {
        return !bridges.isEmpty() || bridgesOnBus.isEmpty();
    }

    /** Bridges whose bus numbers contradict others'. */
    ImmutableSet<Bdf> misplaced() {
        return ImmutableSet.copyOf(misplaced);
    }

    /** The bridge whose secondary bus the function is on. */
    Optional<Bdf> above(Bdf address) {
        return Optional.ofNullable(bridgeAbove.get(Bus.of(address))).filter(bridge -> !bridge.equals(address));
    }

    /** True if some bridge of the function's domain was captured without its bus numbers. */
    boolean hasGaps(Bdf address) {
        return domainsWithGaps.contains(address.domain());
    }

    /**
     * The innermost bridge that forwards configuration requests to the function's bus, though that bus is no bridge's
     * secondary bus: virtual functions beyond the 256th routing id are on such buses.
     */
    Optional<Bdf> forwarding(Bdf address) {
        return forwarding.computeIfAbsent(
                Bus.of(address),
                bus -> bridgesByDomain.get(bus.domain).stream()
                        .filter(entry -> entry.getValue().secondary() < bus.number
                                && entry.getValue().subordinate() >= bus.number)
                        .max(Comparator.comparingInt(entry -> entry.getValue().secondary()))
                        .map(Map.Entry::getKey));
    }

    /** True if nothing shows a bridge above; without bus numbers, if the bus is 0 or has a host bridge's function. */
    boolean onRootBus(Bdf address) {
        return isKnown()
                ? above(address).isEmpty() && forwarding(address).isEmpty()
                : address.bus() == 0 || hostBridgeBuses.contains(Bus.of(address));
    }

    /** Without bus numbers: the downstream ports of a switch share a bus. */
    boolean sharesBusWithBridges(Bdf address) {
        return bridgesOnBus.count(Bus.of(address)) > 1;
    }

    boolean hasHostBridge(Bdf address) {
        return hostBridgeBuses.contains(Bus.of(address));
    }
}
