package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.unit.Bytes;

/**
 * Gives every BAR an address and every bridge its windows, as the kernel does when firmware left them open
 * (drivers/pci/setup-bus.c): bridges are sized from below, then placed from above; on each bus the strictest alignment
 * goes first; a bridge window has a granularity of 1 MiB (PCI-to-PCI bridge specification 1.2, 3.2.5.6).
 *
 * <p>BARs with an address of their own keep it, and their bridge's window grows around them; the others of that
 * window go above the last of them. Prefetchable BARs lie in prefetchable windows only, the others below 4 GiB.
 */
public final class ResourceAssignment {
    private static final long GRANULARITY = Bytes.MIB;
    /** x86 physical addresses have 52 bits at most; a BAR near that size fits nowhere, and sums of them would overflow. */
    private static final long ADDRESS_SPACE = 1L << 52;

    private static final long LARGEST_BAR = ADDRESS_SPACE >> 4;

    private final Fabric fabric;
    private final Map<Bdf, List<Request>> requests = new HashMap<>();
    private final Map<Bdf, List<Bar>> bars = new LinkedHashMap<>();
    private final Map<Bdf, List<Window>> windows = new LinkedHashMap<>();
    private final List<Failure> failures = new ArrayList<>();

    /**
     * A BAR that needs an address.
     *
     * @param size bytes, a power of two
     * @param base its address, if it has one already
     */
    public record Request(Bdf function, int index, long size, boolean prefetchable, OptionalLong base) {}

    /** Why a BAR has no address. */
    public enum Reason {
        NO_ROOM,
        OUTSIDE_THE_WINDOWS,
        OVERLAP
    }

    /**
     * A BAR that could not be placed; if a whole bridge window could not, its largest BAR.
     *
     * @param bridge the bridge or host bridge in whose windows it should lie
     * @param needed bytes: of the BAR, or of the window that the bridge above it would need
     * @param available bytes: the largest free range of the right kind
     */
    public record Failure(Request request, String bridge, Reason reason, long needed, long available) {
        /** One sentence. */
        public String message() {
            String kind = request.prefetchable() ? "prefetchable" : "32-bit, non-prefetchable";
            return switch (reason) {
                case NO_ROOM ->
                    "BAR %d of %s needs %s of %s window, but %s has %s free"
                            .formatted(
                                    request.index(),
                                    request.function(),
                                    Bytes.format(needed),
                                    kind,
                                    bridge,
                                    Bytes.format(available));
                case OUTSIDE_THE_WINDOWS ->
                    "BAR %d of %s (%s from 0x%x) is outside the %s windows of %s"
                            .formatted(
                                    request.index(),
                                    request.function(),
                                    Bytes.format(request.size()),
                                    request.base().orElse(0),
                                    kind,
                                    bridge);
                case OVERLAP ->
                    "BAR %d of %s (%s from 0x%x), or the 1 MiB steps of the bridge window around it, overlaps a neighbour below %s"
                            .formatted(
                                    request.index(),
                                    request.function(),
                                    Bytes.format(request.size()),
                                    request.base().orElse(0),
                                    bridge);
            };
        }
    }

    /** The fabric with everything that could be placed, and what could not. */
    public record Result(Fabric fabric, List<Failure> failures) {
        public Result {
            failures = ImmutableList.copyOf(failures);
        }
    }

    /** A BAR, or the window of a bridge around what is below it. */
    private record Item(Request largest, PciFunction bridge, List<Item> inside, Extent extent) {
        boolean isBar() {
            return inside.isEmpty();
        }
    }

    private record Extent(long size, long alignment, OptionalLong base) {}

    private static final Comparator<Item> KERNEL_ORDER = Comparator.comparingLong(
                    (Item item) -> item.extent().alignment())
            .thenComparingLong(item -> item.extent().size())
            .reversed();

    private ResourceAssignment(Fabric fabric, List<Request> requests) {
        this.fabric = fabric;
        for (Request request : requests) {
            String hostBridge =
                    fabric.hostBridge(fabric.function(request.function())).name();
            if (Long.compareUnsigned(request.size(), LARGEST_BAR) > 0) {
                failures.add(new Failure(request, hostBridge, Reason.NO_ROOM, request.size(), 0));
            } else if (Long.compareUnsigned(request.base().orElse(0), ADDRESS_SPACE) > 0) {
                failures.add(new Failure(request, hostBridge, Reason.OUTSIDE_THE_WINDOWS, request.size(), 0));
            } else {
                this.requests
                        .computeIfAbsent(request.function(), address -> new ArrayList<>())
                        .add(request);
            }
        }
    }

    /** Places the requested BARs of a fabric whose host bridges have their windows. */
    public static Result assign(Fabric fabric, List<Request> requests) {
        return new ResourceAssignment(fabric, requests).run();
    }

    private Result run() {
        for (HostBridge hostBridge : fabric.hostBridges()) {
            placeOnRootBus(hostBridge, false);
            placeOnRootBus(hostBridge, true);
        }
        List<PciFunction> placed = fabric.functions().stream()
                .map(function -> function.withBars(inOrder(function.address()))
                        .withWindows(windows.getOrDefault(function.address(), List.of())))
                .toList();
        return new Result(Fabric.of(fabric.sockets(), fabric.socketLink(), fabric.hostBridges(), placed), failures);
    }

    private List<Bar> inOrder(Bdf function) {
        return bars.getOrDefault(function, List.of()).stream()
                .sorted(Comparator.comparingInt(Bar::index))
                .toList();
    }

    private List<Item> items(List<PciFunction> bus, boolean prefetchable) {
        List<Item> items = new ArrayList<>();
        for (PciFunction function : bus) {
            for (Request request : requests.getOrDefault(function.address(), List.of())) {
                if (request.prefetchable() == prefetchable) {
                    Extent extent = new Extent(request.size(), request.size(), request.base());
                    items.add(new Item(request, function, List.of(), extent));
                }
            }
            if (function.type().isBridge()) {
                List<Item> below = items(fabric.below(function), prefetchable);
                if (!below.isEmpty()) {
                    items.add(windowAround(function, below));
                }
            }
        }
        items.sort(KERNEL_ORDER);
        return items;
    }

    private Item windowAround(PciFunction bridge, List<Item> below) {
        Request largest = below.stream()
                .map(Item::largest)
                .max(Comparator.comparingLong(Request::size))
                .orElseThrow();
        OptionalLong lowest = below.stream()
                .flatMapToLong(item -> item.extent().base().stream())
                .min();
        long alignment = Math.max(
                GRANULARITY,
                below.stream()
                        .mapToLong(item -> item.extent().alignment())
                        .max()
                        .orElseThrow());
        long base = lowest.isPresent() ? lowest.getAsLong() / GRANULARITY * GRANULARITY : 0;
        long size = alignUp(afterAll(below, base), GRANULARITY) - base;
        OptionalLong fixed = lowest.isPresent() ? OptionalLong.of(base) : lowest;
        return new Item(largest, bridge, below, new Extent(size, alignment, fixed));
    }

    /** The end of all items when those without an address are packed behind the others, from {@code start} on. */
    private static long afterAll(List<Item> items, long start) {
        long end = afterFixed(items, start);
        for (Item item : items) {
            if (item.extent().base().isEmpty()) {
                end = alignUp(end, item.extent().alignment()) + item.extent().size();
            }
        }
        return end;
    }

    private static long afterFixed(List<Item> items, long start) {
        return items.stream()
                .filter(item -> item.extent().base().isPresent())
                .mapToLong(
                        item -> item.extent().base().getAsLong() + item.extent().size())
                .reduce(start, Math::max);
    }

    private void placeOnRootBus(HostBridge hostBridge, boolean prefetchable) {
        List<Item> items = items(fabric.rootBus(hostBridge), prefetchable);
        List<AddressRange> ranges = hostBridge.windows().stream()
                .filter(window -> window.prefetchable() == prefetchable)
                .map(Window::range)
                .sorted(Comparator.comparingLong(AddressRange::base))
                .toList();
        List<Item> fixed = withoutOverlaps(items, hostBridge.name());
        long[] free = new long[ranges.size()];
        for (int i = 0; i < free.length; i++) {
            free[i] = ranges.get(i).base();
        }
        for (Item item : fixed) {
            int window = windowOf(item, ranges);
            if (window < 0) {
                fail(item, hostBridge.name(), Reason.OUTSIDE_THE_WINDOWS, 0);
            } else {
                free[window] = Math.max(free[window], end(item));
                place(item, item.extent().base().getAsLong());
            }
        }
        for (Item item : items) {
            if (item.extent().base().isEmpty()) {
                placeInFirstThatFits(item, hostBridge, ranges, free);
            }
        }
    }

    private static int windowOf(Item item, List<AddressRange> ranges) {
        long base = item.extent().base().getAsLong();
        AddressRange range = new AddressRange(base, item.extent().size());
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).contains(range)) {
                return i;
            }
        }
        return -1;
    }

    private void placeInFirstThatFits(Item item, HostBridge hostBridge, List<AddressRange> ranges, long[] free) {
        long available = 0;
        for (int i = 0; i < free.length; i++) {
            long room = ranges.get(i).last() + 1 - free[i];
            long base = alignUp(free[i], item.extent().alignment());
            if (item.extent().size() <= ranges.get(i).last() + 1 - base) {
                free[i] = base + item.extent().size();
                place(item, base);
                return;
            }
            available = Math.max(available, room);
        }
        fail(item, hostBridge.name(), Reason.NO_ROOM, available);
    }

    /** The items with addresses of their own, without those that overlap an earlier one. */
    private List<Item> withoutOverlaps(List<Item> items, String bridge) {
        List<Item> kept = new ArrayList<>();
        List<Item> fixed = items.stream()
                .filter(item -> item.extent().base().isPresent())
                .sorted(Comparator.comparingLong(item -> item.extent().base().getAsLong()))
                .toList();
        long end = 0;
        for (Item item : fixed) {
            if (item.extent().base().getAsLong() < end) {
                fail(item, bridge, Reason.OVERLAP, 0);
            } else {
                kept.add(item);
                end = end(item);
            }
        }
        return kept;
    }

    private void place(Item item, long base) {
        AddressRange range = new AddressRange(base, item.extent().size());
        Request request = item.largest();
        if (item.isBar()) {
            bars.computeIfAbsent(request.function(), address -> new ArrayList<>())
                    .add(new Bar(request.index(), range, request.prefetchable()));
            return;
        }
        windows.computeIfAbsent(item.bridge().address(), address -> new ArrayList<>())
                .add(new Window(range, request.prefetchable()));
        for (Item inside : withoutOverlaps(item.inside(), item.bridge().name())) {
            place(inside, inside.extent().base().getAsLong());
        }
        long end = afterFixed(item.inside(), base);
        for (Item inside : item.inside()) {
            if (inside.extent().base().isEmpty()) {
                long at = alignUp(end, inside.extent().alignment());
                place(inside, at);
                end = at + inside.extent().size();
            }
        }
    }

    private void fail(Item item, String bridge, Reason reason, long available) {
        failures.add(new Failure(item.largest(), bridge, reason, item.extent().size(), available));
    }

    private static long end(Item item) {
        return item.extent().base().getAsLong() + item.extent().size();
    }

    private static long alignUp(long address, long alignment) {
        return (address + alignment - 1) & -alignment;
    }
}
