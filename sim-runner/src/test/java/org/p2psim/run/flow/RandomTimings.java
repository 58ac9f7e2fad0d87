package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import com.google.common.collect.Maps;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.p2psim.address.Bdf;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Ticks;

/** Timings of a fabric as they may be: in half of them the credits are so few that they bind. */
final class RandomTimings {
    private static final int MPS = 512;
    private static final ImmutableList<Response> RESPONSES = ImmutableList.copyOf(Response.values());
    private static final int MPS_UNITS = Credits.dataUnits(MPS);

    private RandomTimings() {}

    /** Of nothing but IOMMUs, each with so many translations. */
    static Timings ofIommus(Fabric fabric, int entries, SplittableRandom random) {
        IommuTiming iommu =
                new IommuTiming(entries, 4096L << random.nextInt(3), Ticks.ofNanoseconds(280), Ticks.ofNanoseconds(50));
        RootComplexTiming rootComplex = new RootComplexTiming(
                OptionalLong.empty(), OptionalLong.empty(), true, true, iommu, OptionalLong.empty());
        return Timings.of(
                Map.of(),
                Maps.toMap(Iterables.transform(fabric.hostBridges(), HostBridge::rootBus), bus -> rootComplex),
                Map.of(),
                Map.of());
    }

    static Timings of(Fabric fabric, SplittableRandom random) {
        boolean few = random.nextBoolean();
        Map<Bdf, PortTiming> ports = new HashMap<>();
        Map<Bdf, DeviceTiming> devices = new HashMap<>();
        for (PciFunction function : fabric.functions()) {
            boolean endpoint = function.type().isEndpoint();
            if (few || random.nextInt(3) == 0) {
                ports.put(function.address(), anyPort(few, endpoint, random));
            }
            if (endpoint && random.nextInt(3) == 0) {
                devices.put(function.address(), anyDevice(random));
            }
        }
        IommuTiming iommu = new IommuTiming(
                1 + random.nextInt(4), 4096L << random.nextInt(3), Ticks.ofNanoseconds(280), Ticks.ofNanoseconds(50));
        RootComplexTiming rootComplex = new RootComplexTiming(
                anyBandwidth(random),
                anyBandwidth(random),
                random.nextInt(8) == 0 ? RESPONSES.get(random.nextInt(RESPONSES.size())) : Response.SERVED,
                random.nextInt(8) != 0,
                iommu,
                anyBandwidth(random),
                1);
        return new Timings(
                ports,
                Maps.toMap(Iterables.transform(fabric.hostBridges(), HostBridge::rootBus), bus -> rootComplex),
                Map.of(),
                devices,
                MPS,
                Ticks.ofNanoseconds(500));
    }

    private static OptionalLong anyBandwidth(SplittableRandom random) {
        return random.nextInt(4) == 0 ? OptionalLong.of(random.nextLong(1, 41) * 1_000_000_000) : OptionalLong.empty();
    }

    private static PortTiming anyPort(boolean few, boolean endpoint, SplittableRandom random) {
        return new PortTiming(
                few ? Optional.of(fewCredits(endpoint, random)) : Optional.empty(),
                random.nextBoolean() ? OptionalInt.of(random.nextInt(900, 1001)) : OptionalInt.empty(),
                OptionalLong.empty(),
                1 + random.nextInt(3),
                random.nextInt(4) == 0);
    }

    private static DeviceTiming anyDevice(SplittableRandom random) {
        int writeLatency = random.nextInt(3);
        OptionalLong bandwidth = anyBandwidth(random);
        int interval = random.nextInt(3);
        IommuTiming atc = new IommuTiming(
                1 + writeLatency, 4096, Ticks.ofNanoseconds(280), Ticks.ofNanoseconds(25 * writeLatency));
        return new DeviceTiming(
                Ticks.ofNanoseconds(writeLatency * 50),
                bandwidth,
                Ticks.ofNanoseconds(interval * 10),
                interval == 1 ? Optional.of(atc) : Optional.empty(),
                random.nextInt(3) == 0 ? anyEngine(random) : DmaEngineTiming.NONE,
                anyTimeout(random),
                random.nextInt(3) == 0 ? RESPONSES.get(random.nextInt(RESPONSES.size())) : Response.SERVED,
                random.nextInt(3) == 0 ? random.nextLong(PortTiming.BILLION + 1) : 0);
    }

    /** Short ones pass while reads are on their way. */
    private static OptionalLong anyTimeout(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> OptionalLong.empty();
            case 1 -> OptionalLong.of(Ticks.ofNanoseconds(random.nextInt(1, 4000)));
            default -> DeviceTiming.DEFAULT_TIMEOUT;
        };
    }

    private static DmaEngineTiming anyEngine(SplittableRandom random) {
        long busLeast = Ticks.ofNanoseconds(random.nextInt(3) * 5);
        return new DmaEngineTiming(
                random.nextBoolean(),
                random.nextBoolean(),
                Ticks.ofNanoseconds(random.nextInt(5)),
                Ticks.ofNanoseconds(random.nextInt(20)),
                Ticks.ofNanoseconds(random.nextInt(25)),
                random.nextInt(1500),
                busLeast,
                busLeast + Ticks.ofNanoseconds(random.nextInt(100)),
                random.nextInt(30),
                random.nextInt(20),
                random.nextBoolean()
                        ? Optional.of(new DmaEngineTiming.Rounds(random.nextInt(4000), 256, 1 + random.nextInt(8)))
                        : Optional.empty());
    }

    /** The completion credits of functions are infinite. */
    private static Credits fewCredits(boolean endpoint, SplittableRandom random) {
        return new Credits(
                random.nextInt(1, 5),
                MPS_UNITS + random.nextInt(2 * MPS_UNITS),
                random.nextInt(1, 5),
                random.nextInt(1, 5),
                endpoint ? Credits.INFINITE : random.nextInt(1, 5),
                endpoint ? Credits.INFINITE : MPS_UNITS + random.nextInt(2 * MPS_UNITS));
    }
}
