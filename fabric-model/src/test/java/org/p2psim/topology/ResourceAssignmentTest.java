package org.p2psim.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.topology.ResourceAssignment.Failure;
import org.p2psim.topology.ResourceAssignment.Reason;
import org.p2psim.topology.ResourceAssignment.Request;
import org.p2psim.topology.ResourceAssignment.Result;
import org.p2psim.unit.Bytes;

class ResourceAssignmentTest {
    private static final DeviceId ID = new DeviceId(0x8086, 0x2030);
    private static final Bdf PORT = Bdf.parse("00:01.0");
    private static final Bdf CARD = Bdf.parse("01:00.0");
    private static final Bdf OTHER_CARD = Bdf.parse("02:00.0");
    private static final AddressRange LOW = new AddressRange(0x8000_0000L, 64 * Bytes.MIB);
    private static final AddressRange HIGH = new AddressRange(0x38_0000_0000_00L, 64 * Bytes.GIB);

    /** Two root ports with a card each. */
    private static Fabric twoCards() {
        List<PciFunction> functions = List.of(
                PciFunction.of(PORT, ID, PortType.ROOT_PORT, Optional.empty(), 1, Optional.empty()),
                PciFunction.of(CARD, ID, PortType.ENDPOINT, Optional.of(PORT), -1, Optional.empty()),
                PciFunction.of(Bdf.parse("00:02.0"), ID, PortType.ROOT_PORT, Optional.empty(), 2, Optional.empty()),
                PciFunction.of(
                        OTHER_CARD, ID, PortType.ENDPOINT, Optional.of(Bdf.parse("00:02.0")), -1, Optional.empty()));
        return fabric(functions);
    }

    private static Fabric fabric(List<PciFunction> functions) {
        List<Window> windows = List.of(new Window(LOW, false), new Window(HIGH, true));
        return Fabric.of(
                List.of(new Socket("s0", new Cpu("GenuineIntel", 6, 85))),
                List.of(new HostBridge("rc0", "s0", 0, 0, IommuMode.OFF, 0, 64, windows)),
                functions);
    }

    private static Request request(Bdf function, int index, long size, boolean prefetchable) {
        return new Request(function, index, size, prefetchable, OptionalLong.empty());
    }

    private static Request at(long base, Bdf function, int index, long size) {
        return new Request(function, index, size, true, OptionalLong.of(base));
    }

    @Test
    void theStrictestAlignmentGoesFirst() {
        Result result = ResourceAssignment.assign(
                twoCards(),
                List.of(
                        request(CARD, 0, 16 * Bytes.KIB, false),
                        request(CARD, 2, 32 * Bytes.MIB, true),
                        request(OTHER_CARD, 4, 32 * Bytes.GIB, true)));
        assertThat(result.failures()).isEmpty();
        // The 32 GiB BAR opens the window; the 32 MiB one follows in a window of its own bridge.
        assertThat(result.fabric()
                        .function(OTHER_CARD)
                        .bar(4)
                        .orElseThrow()
                        .range()
                        .base())
                .isEqualTo(0x38_0000_0000_00L);
        assertThat(result.fabric().function(CARD).bar(2).orElseThrow().range().base())
                .isEqualTo(0x38_0800_0000_00L);
        assertThat(result.fabric().function(CARD).bar(0).orElseThrow().range().base())
                .isEqualTo(0x8000_0000L);
        assertThat(result.fabric().function(PORT).windows())
                .containsExactly(
                        new Window(new AddressRange(0x8000_0000L, Bytes.MIB), false),
                        new Window(new AddressRange(0x38_0800_0000_00L, 32 * Bytes.MIB), true));
    }

    @Test
    void aBarWithAnAddressKeepsItAndOthersGoAbove() {
        Result result = ResourceAssignment.assign(
                twoCards(),
                List.of(at(0x38_0100_0000_00L, CARD, 0, 32 * Bytes.MIB), request(OTHER_CARD, 0, Bytes.GIB, true)));
        assertThat(result.failures()).isEmpty();
        assertThat(result.fabric().function(CARD).bar(0).orElseThrow().range().base())
                .isEqualTo(0x38_0100_0000_00L);
        // 0x380100000000 + 32 MiB, up to the next GiB.
        assertThat(result.fabric()
                        .function(OTHER_CARD)
                        .bar(0)
                        .orElseThrow()
                        .range()
                        .base())
                .isEqualTo(0x38_0140_0000_00L);
    }

    @Test
    void whatDoesNotFitIsNamedWithWhatItNeedsAndWhatThereIs() {
        Request large = request(CARD, 4, 128 * Bytes.GIB, true);
        assertThat(ResourceAssignment.assign(twoCards(), List.of(large)).failures())
                .containsExactly(new Failure(large, "rc0", Reason.NO_ROOM, 128 * Bytes.GIB, 64 * Bytes.GIB));
    }

    @Test
    void anAddressOutsideOfTheWindowsIsRefused() {
        Request outside = at(0x40_0000_0000_00L, CARD, 0, Bytes.MIB);
        assertThat(ResourceAssignment.assign(twoCards(), List.of(outside)).failures())
                .extracting(Failure::reason)
                .containsExactly(Reason.OUTSIDE_THE_WINDOWS);
    }

    @Test
    void twoBarsInOneMebibyteBelowDifferentBridgesOverlap() {
        // Each bridge's window has steps of 1 MiB, so both would have to forward the same one.
        List<Request> requests = List.of(
                at(0x38_0000_0000_00L, CARD, 0, 64 * Bytes.KIB), at(0x38_0000_0800_00L, OTHER_CARD, 0, 64 * Bytes.KIB));
        assertThat(ResourceAssignment.assign(twoCards(), requests).failures())
                .extracting(Failure::reason)
                .containsExactly(Reason.OVERLAP);
    }

    @Test
    void aSizeNearTheWholeAddressSpaceIsAFailureNotAnOverflow() {
        List<Request> requests = List.of(request(CARD, 0, 1L << 62, true), request(OTHER_CARD, 0, 1L << 63, true));
        assertThat(ResourceAssignment.assign(twoCards(), requests).failures()).hasSize(2);
    }

    static LongStream seeds() {
        return LongStream.range(0, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyBarIsPlacedSoundlyOrReported(long seed) {
        List<Request> requests = new ArrayList<>();
        Result result = assigned(seed, requests);
        if (result.failures().isEmpty()) {
            assertThat(placed(result)).hasSize(requests.size());
        }
        checkSound(result.fabric(), requests);
        checkSiblings(result.fabric());
    }

    @Test
    void manyTreesHaveRoomForAllAndManyHaveNot() {
        long whole = seeds().filter(
                        seed -> assigned(seed, new ArrayList<>()).failures().isEmpty())
                .count();
        assertThat(whole).isBetween(30L, 270L);
    }

    private static List<Bar> placed(Result result) {
        return result.fabric().functions().stream()
                .flatMap(function -> function.bars().stream())
                .toList();
    }

    /** @param requests where what is asked for is added */
    private static Result assigned(long seed, List<Request> requests) {
        SplittableRandom random = new SplittableRandom(seed);
        List<PciFunction> functions = new ArrayList<>();
        int[] bus = {0};
        grow(random, 0, Optional.empty(), bus, 0, functions);
        for (PciFunction function : functions) {
            if (function.type().isEndpoint()) {
                for (int index = 0; index < 6; index += 2) {
                    boolean prefetchable = random.nextBoolean();
                    long size = 1L << random.nextInt(4, prefetchable ? 35 : 25);
                    boolean fixed = prefetchable && random.nextInt(12) == 0;
                    long base = HIGH.base() + random.nextLong(80 * Bytes.GIB) / size * size;
                    requests.add(new Request(
                            function.address(),
                            index,
                            size,
                            prefetchable,
                            fixed ? OptionalLong.of(base) : OptionalLong.empty()));
                }
            }
        }
        return ResourceAssignment.assign(fabric(functions), requests);
    }

    /** A random tree below one bus: ports with switches, nested up to four levels, or endpoints. */
    private static void grow(
            SplittableRandom random,
            int own,
            Optional<Bdf> above,
            int[] lastBus,
            int depth,
            List<PciFunction> functions) {
        int count = random.nextInt(1, 4);
        for (int device = 1; device <= count; device++) {
            Bdf address = new Bdf(0, own, device, 0);
            if (depth > 0 && (depth == 4 || random.nextBoolean())) {
                functions.add(PciFunction.of(address, ID, PortType.ENDPOINT, above, -1, Optional.empty()));
            } else {
                int secondary = ++lastBus[0];
                PortType type = depth == 0 ? PortType.ROOT_PORT : PortType.DOWNSTREAM_PORT;
                functions.add(PciFunction.of(address, ID, type, above, secondary, Optional.empty()));
                grow(random, secondary, Optional.of(address), lastBus, depth + 1, functions);
            }
        }
    }

    private static void checkSound(Fabric fabric, List<Request> requests) {
        List<AddressRange> all = new ArrayList<>();
        for (PciFunction function : fabric.functions()) {
            for (Bar bar : function.bars()) {
                assertThat(all).noneMatch(bar.range()::overlaps);
                all.add(bar.range());
                for (PciFunction bridge :
                        fabric.wayUp(function).subList(1, fabric.wayUp(function).size())) {
                    assertThat(bridge.windows()).anyMatch(window -> forwards(window, bar));
                }
                assertThat(fabric.hostBridge(function).windows()).anyMatch(window -> forwards(window, bar));
                Request request = requests.stream()
                        .filter(r -> r.function().equals(function.address()) && r.index() == bar.index())
                        .findFirst()
                        .orElseThrow();
                assertThat(bar.range().size()).isEqualTo(request.size());
                request.base().ifPresent(base -> assertThat(bar.range().base()).isEqualTo(base));
            }
        }
    }

    private static boolean forwards(Window window, Bar bar) {
        return window.prefetchable() == bar.prefetchable() && window.range().contains(bar.range());
    }

    private static void checkSiblings(Fabric fabric) {
        List<List<PciFunction>> buses = new ArrayList<>();
        buses.add(fabric.rootBus(fabric.hostBridges().get(0)));
        fabric.functions().stream().filter(f -> f.type().isBridge()).forEach(f -> buses.add(fabric.below(f)));
        for (List<PciFunction> bus : buses) {
            List<AddressRange> ranges = new ArrayList<>();
            for (PciFunction function : bus) {
                for (Window window : function.windows()) {
                    assertThat(window.range().base() % Bytes.MIB).isZero();
                    assertThat(window.range().size() % Bytes.MIB).isZero();
                    assertThat(ranges).noneMatch(window.range()::overlaps);
                    ranges.add(window.range());
                }
            }
        }
    }
}
