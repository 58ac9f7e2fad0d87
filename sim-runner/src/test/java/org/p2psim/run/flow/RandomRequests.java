package org.p2psim.run.flow;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Attributes;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** Requests as they may be. */
final class RandomRequests {
    private RandomRequests() {}

    /** Of any kind, to one target more often than to the others. */
    static DmaRequest bulk(String name, ImmutableList<PciFunction> endpoints, SplittableRandom random) {
        int target = random.nextBoolean() ? hot(endpoints) : random.nextInt(endpoints.size());
        int initiator = (target + random.nextInt(1, endpoints.size())) % endpoints.size();
        List<Segment> segments = new ArrayList<>();
        long blockedFrom = random.nextInt(4) == 0 ? random.nextLong(1L << 46) : Long.MAX_VALUE;
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            segments.add(new Segment(random.nextLong(1L << 46), random.nextLong(1, 10_000)));
        }
        return new DmaRequest(
                name,
                endpoints.get(initiator),
                new PciTarget(endpoints.get(target)),
                random.nextBoolean() ? Direction.READ : Direction.WRITE,
                new Requests.Bulk(segments),
                random.nextBoolean() ? AddressKind.IOVA : AddressKind.BUS_ADDRESS,
                address -> address < blockedFrom,
                random.nextInt(1, random.nextBoolean() ? 4 : 65),
                128 << random.nextInt(3),
                128 << random.nextInt(6),
                64 << random.nextInt(2),
                new Attributes(random.nextInt(4) == 0, random.nextInt(4) == 0));
    }

    /** The target of every other DMA: a function without a link if there is one, as they come to it on many ways. */
    private static int hot(ImmutableList<PciFunction> endpoints) {
        return Math.max(0, Iterables.indexOf(endpoints, each -> each.type() == PortType.RC_INTEGRATED_ENDPOINT));
    }

    /** Operations of one size, one after the other, as soon as they may start or at a rate; some begin again. */
    static Requests regular(List<Segment> window, SplittableRandom random) {
        long length = window.stream().mapToLong(Segment::length).sum();
        int size = random.nextBoolean() ? 1 << random.nextInt(6, 15) : random.nextInt(1, 20_000);
        Requests.Start start = random.nextInt(3) == 0
                ? new Requests.Start.Paced(random.nextLong(100_000_000, 20_000_000_000L))
                : new Requests.Start.AtOnce();
        return new Requests.Operations(
                window,
                random.nextInt(4) == 0 ? 3 * length : length,
                (int) Math.min(size, length),
                (int) Math.min(size, length),
                Requests.Pattern.SEQUENTIAL,
                1,
                start,
                random.nextInt(3) == 0 ? 0 : random.nextInt(1, 17),
                random.nextLong());
    }

    /**
     * A few operations, each of many TLPs. Of one size, most of them; some are of random sizes, or anywhere in the window.
     */
    static Requests large(List<Segment> window, SplittableRandom random) {
        long length = window.stream().mapToLong(Segment::length).sum();
        int most = (int) Math.max(1, length / random.nextInt(1, 5));
        boolean regular = random.nextInt(4) > 0;
        int least = regular ? most : Math.max(1, most - random.nextInt(most) / 2);
        Requests.Start start = switch (random.nextInt(regular ? 3 : 4)) {
            case 0 -> new Requests.Start.Paced(random.nextLong(1_000_000_000, 40_000_000_000L));
            case 3 -> new Requests.Start.Poisson(random.nextLong(1_000_000_000, 40_000_000_000L));
            default -> new Requests.Start.AtOnce();
        };
        return new Requests.Operations(
                window,
                random.nextBoolean() ? length : random.nextLong(most, 2 * length + 1),
                least,
                most,
                regular || random.nextBoolean() ? Requests.Pattern.SEQUENTIAL : Requests.Pattern.RANDOM,
                1 << random.nextInt(13),
                start,
                random.nextInt(5),
                random.nextLong());
    }

    /** Operations of one size that begin a window again and again. */
    static Requests rounds(List<Segment> window, SplittableRandom random) {
        long length = window.stream().mapToLong(Segment::length).sum();
        int size = (int) Math.min(length, 1L << random.nextInt(8, 15));
        if (random.nextBoolean()) {
            size = (int) random.nextLong(1 + size / 2, Math.min(length, 2L * size) + 1);
        }
        return new Requests.Operations(
                window,
                random.nextLong(length, 2_000_000),
                size,
                size,
                Requests.Pattern.SEQUENTIAL,
                1,
                random.nextInt(3) == 0
                        ? new Requests.Start.Paced(random.nextLong(1_000_000_000, 40_000_000_000L))
                        : new Requests.Start.AtOnce(),
                random.nextInt(5),
                random.nextLong());
    }
}
