package org.p2psim.scenario.assembly;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Finding;
import org.p2psim.topology.PciFunction;

/**
 * Gives the functions of one root bus their addresses, as Linux does (drivers/pci/probe.c, pci_scan_bridge_extend()):
 * on each bus the bridges with a bus number of their own come first, then the others get the next free number, depth
 * first; each bridge gets a bus, whether anything is below it or not.
 */
final class Enumeration {
    private static final int LAST_BUS = 0xff;

    private final int domain;
    private final List<Finding> findings;
    /** Device and function numbers, by pointer: every draft has one of its own. */
    private final Map<String, Integer> slots = new HashMap<>();

    private final Map<String, Integer> buses = new HashMap<>();
    private final List<PciFunction> functions = new ArrayList<>();
    private final Map<Bdf, Draft> drafts = new HashMap<>();

    /**
     * What came out.
     *
     * @param functions bridges before what is below them; ACS and windows are still missing
     * @param drafts by address
     * @param lastBus highest bus number below this root bus
     */
    record Result(List<PciFunction> functions, Map<Bdf, Draft> drafts, int lastBus) {}

    private record BusRange(Draft bridge, int first, int last) {}

    private Enumeration(int domain, List<Finding> findings) {
        this.domain = domain;
        this.findings = findings;
    }

    static Result enumerate(List<Draft> rootBus, int domain, int bus, List<Finding> findings) {
        Enumeration enumeration = new Enumeration(domain, findings);
        enumeration.giveSlots(rootBus, 1);
        int last = enumeration.number(rootBus, bus);
        if (last > LAST_BUS) {
            findings.add(Finding.at(
                    rootBus.get(0).pointer(),
                    "bus-numbers",
                    "out of bus numbers: more than ff below root bus %02x".formatted(bus)));
        } else {
            enumeration.emit(rootBus, bus, Optional.empty());
        }
        return new Result(enumeration.functions, enumeration.drafts, last);
    }

    /** @param firstDevice where devices without an address of their own begin */
    private void giveSlots(List<Draft> onBus, int firstDevice) {
        Map<Integer, Draft> taken = new HashMap<>();
        for (Draft draft : onBus) {
            if (draft.slot().isPresent()) {
                int slot = draft.slot().getAsInt();
                Draft other = taken.putIfAbsent(slot, draft);
                if (other != null) {
                    String message = "\"%s\" and \"%s\" both have %02x.%x on their bus"
                            .formatted(other.name(), draft.name(), slot >> 3, slot & 7);
                    findings.add(Finding.at(draft.pointer(), "duplicate-address", message));
                }
                slots.put(draft.pointer(), slot);
            }
        }
        for (Draft draft : onBus) {
            if (draft.slot().isEmpty()) {
                OptionalInt free = firstFree(taken, firstDevice);
                if (free.isEmpty()) {
                    findings.add(
                            Finding.at(draft.pointer(), "address", "out of device and function numbers on its bus"));
                } else {
                    taken.put(free.getAsInt(), draft);
                }
                slots.put(draft.pointer(), free.orElse(0));
            }
            giveSlots(draft.below(), 0);
        }
    }

    private static OptionalInt firstFree(Map<Integer, Draft> taken, int firstDevice) {
        for (int function = 0; function < 8; function++) {
            for (int device = firstDevice; device < 32; device++) {
                if (!taken.containsKey(device << 3 | function)) {
                    return OptionalInt.of(device << 3 | function);
                }
            }
        }
        return OptionalInt.empty();
    }

    private int slot(Draft draft) {
        return slots.getOrDefault(draft.pointer(), 0);
    }

    private List<Draft> inOrder(List<Draft> onBus) {
        return onBus.stream().sorted(Comparator.comparingInt(this::slot)).toList();
    }

    /** Numbers the buses below one bus and returns the highest. */
    private int number(List<Draft> onBus, int bus) {
        List<Draft> bridges =
                inOrder(onBus).stream().filter(draft -> draft.type().isBridge()).toList();
        List<BusRange> ranges = new ArrayList<>();
        int highest = bus;
        for (boolean stated : new boolean[] {true, false}) {
            for (Draft bridge : bridges) {
                if (bridge.bus().isPresent() == stated) {
                    int secondary = bridge.bus().orElse(highest + 1);
                    if (secondary <= bus) {
                        String message =
                                "bus %02x is not above %02x, the bus that the bridge is on".formatted(secondary, bus);
                        findings.add(Finding.at(bridge.pointer() + "/bus", "bus-numbers", message));
                    }
                    buses.put(bridge.pointer(), secondary);
                    int last = number(bridge.below(), secondary);
                    ranges.add(new BusRange(bridge, secondary, last));
                    highest = Math.max(highest, last);
                }
            }
        }
        checkApart(ranges);
        return highest;
    }

    private void checkApart(List<BusRange> ranges) {
        ranges.sort(Comparator.comparingInt(BusRange::first));
        for (int i = 1; i < ranges.size(); i++) {
            BusRange before = ranges.get(i - 1);
            BusRange range = ranges.get(i);
            if (range.first() <= before.last()) {
                String message = "buses %02x to %02x overlap %02x to %02x below \"%s\""
                        .formatted(
                                range.first(),
                                range.last(),
                                before.first(),
                                before.last(),
                                before.bridge().name());
                String pointer = range.bridge().pointer();
                findings.add(Finding.at(pointer + "/bus", "bus-numbers", message));
            }
        }
    }

    private void emit(List<Draft> onBus, int bus, Optional<Bdf> upstream) {
        for (Draft draft : inOrder(onBus)) {
            int slot = slot(draft);
            Bdf address = new Bdf(domain, bus, slot >> 3, slot & 7);
            int secondary = draft.type().isBridge() ? buses.getOrDefault(draft.pointer(), -1) : -1;
            drafts.put(address, draft);
            functions.add(new PciFunction(
                    address,
                    draft.name(),
                    draft.id(),
                    draft.type(),
                    upstream,
                    secondary,
                    Optional.empty(),
                    draft.linkBelow(),
                    draft.latency(),
                    List.of(),
                    List.of()));
            emit(draft.below(), secondary, Optional.of(address));
        }
    }
}
