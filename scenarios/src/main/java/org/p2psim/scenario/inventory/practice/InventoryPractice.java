package org.p2psim.scenario.inventory.practice;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.practice.AcsPractice;
import org.p2psim.practice.RdmaFunction;
import org.p2psim.practice.RdmaMachine;
import org.p2psim.practice.RdmaMachine.Fact;
import org.p2psim.practice.RdmaTopoCheck;
import org.p2psim.practice.Use;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.FoundVpd;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.rdmatopo.RdmaTopoReader;

/** {@code rdma_topo check} for a machine as a dump shows it. */
public final class InventoryPractice {
    private InventoryPractice() {}

    /**
     * Checks a machine.
     *
     * @param use what the machine is prepared for; if empty, that follows from the NICs' ATS capability
     * @throws InventoryException if the functions of the inventory are not a tree
     */
    public static AcsPractice check(Inventory inventory, Optional<Use> use) throws InventoryException {
        return RdmaTopoCheck.of(machine(inventory), use);
    }

    /**
     * The facts that the check looks at.
     *
     * @throws InventoryException if the functions of the inventory are not a tree
     */
    public static RdmaMachine machine(Inventory inventory) throws InventoryException {
        List<FoundFunction> found = inventory.functions();
        boolean nested =
                found.stream().anyMatch(function -> function.upstreamBridge().isPresent());
        Map<Bus, Bdf> bridges = nested ? Map.of() : bridges(found);
        List<RdmaFunction> functions = found.stream()
                .map(function -> function(
                        function,
                        function.upstreamBridge()
                                .or(() -> Optional.ofNullable(bridges.get(Bus.of(function.address()))))))
                .collect(ImmutableList.toImmutableList());
        try {
            return new RdmaMachine(functions, captured(inventory.format(), functions));
        } catch (IllegalArgumentException e) {
            throw new InventoryException(String.valueOf(e.getMessage()));
        }
    }

    /** A dump by {@code rdma_topo} looks for every fact; others may not, unless they show it somewhere. */
    private static Set<Fact> captured(String format, List<RdmaFunction> functions) {
        if (format.equals(RdmaTopoReader.FORMAT)) {
            return ImmutableSet.copyOf(Fact.values());
        }
        Set<Fact> captured = EnumSet.noneOf(Fact.class);
        for (RdmaFunction function : functions) {
            if (function.iommuGroup().isPresent()) {
                captured.add(Fact.IOMMU_GROUP);
            }
            if (function.numaNode().isPresent()) {
                captured.add(Fact.NUMA_NODE);
            }
            if (function.cardId().isPresent()) {
                captured.add(Fact.CARD_ID);
            }
        }
        return captured;
    }

    private static RdmaFunction function(FoundFunction found, Optional<Bdf> upstreamBridge) {
        boolean hasNode = found.numaNode().isPresent() && found.numaNode().getAsInt() >= 0;
        return new RdmaFunction(
                found.address(),
                found.id(),
                found.classCode(),
                found.type().isBridge(),
                upstreamBridge,
                found.acs(),
                found.ats(),
                found.iommuGroup(),
                hasNode ? found.numaNode() : OptionalInt.empty(),
                found.vpd().flatMap(FoundVpd::v3).filter(v3 -> !v3.isEmpty()));
    }

    /** Which bridge owns a bus. The bus below a bridge has a higher number than its own, unless it was never set up. */
    private static Map<Bus, Bdf> bridges(List<FoundFunction> functions) {
        Map<Bus, Bdf> bridges = new HashMap<>();
        for (FoundFunction function : functions) {
            Bdf address = function.address();
            int below = function.secondaryBus().orElse(0);
            if (below > address.bus()) {
                bridges.put(new Bus(address.domain(), below), address);
            }
        }
        return bridges;
    }

    private record Bus(int domain, int number) {
        static Bus of(Bdf address) {
            return new Bus(address.domain(), address.bus());
        }
    }
}
