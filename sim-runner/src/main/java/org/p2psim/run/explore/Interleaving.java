package org.p2psim.run.explore;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.p2psim.run.kernel.Choices;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.scenario.NvmeOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.OperationParts;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.unit.Ticks;

/**
 * One of the orders in which the operations of a timeline may happen: equal times in any order, near times moved as far
 * as {@link ProgramOrder} lets them, what a run leaves open chosen, and how fast the parts are that DMA passes.
 *
 * @param seed of the plan
 * @param number from 1 on; 0 is the order of the file
 * @param within how far an operation is moved at most, ticks
 */
public record Interleaving(long seed, long number, long within) {
    /** Odd, and not the gamma of {@link SplittableRandom}, so that neighbours have nothing in common. */
    private static final long SPREAD = 0xD1342543DE82EF95L;

    /** An operation is moved by a multiple of a 16th of the largest move, cut to a power of ten of ticks per ps. */
    private static final int STEPS = 16;

    /** About as long as a write is on its way below one switch, ticks. */
    private static final long IN_FLIGHT = 200 * Ticks.PER_NANOSECOND;

    /** The order of the file. */
    public static Interleaving ofFile(Plan plan) {
        return new Interleaving(plan.seed(), 0, 0);
    }

    /** The median distance of two operations that follow each other; 0 if all are at one time. */
    public static long defaultWithin(Plan plan) {
        List<Long> distances = new ArrayList<>();
        for (int i = 1; i < plan.timeline().size(); i++) {
            long distance =
                    plan.timeline().get(i).at() - plan.timeline().get(i - 1).at();
            if (distance > 0) {
                distances.add(distance);
            }
        }
        distances.sort(null);
        return distances.isEmpty() ? 0 : distances.get(distances.size() / 2);
    }

    private long mixed() {
        return seed ^ number * SPREAD;
    }

    /** What the run chooses. */
    public Choices choices() {
        return number == 0 ? Choices.asWritten() : Choices.seeded(~mixed());
    }

    /** The plan with its operations in this order. */
    public Plan of(Plan plan) {
        return of(plan, new ProgramOrder(plan));
    }

    /** @param order of the plan */
    Plan of(Plan plan, ProgramOrder order) {
        return number == 0 ? plan : plan.withTimeline(moved(plan.timeline(), order));
    }

    /** An operation at its new time, and where among those of that time. */
    private record Place(Operation operation, long at, double rank) {}

    private ImmutableList<Operation> moved(List<Operation> timeline, ProgramOrder order) {
        SplittableRandom random = new SplittableRandom(mixed());
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < timeline.size(); i++) {
            long at = at(i, timeline, random);
            double lowest = 0;
            for (ProgramOrder.Behind behind : order.behind(i)) {
                Place before = places.get(behind.line());
                at = Math.max(at, before.at() + behind.distance());
                lowest = Math.max(lowest, before.rank());
            }
            places.add(new Place(timeline.get(i), at, lowest + random.nextDouble() * (1 - lowest)));
        }
        places.sort(Comparator.comparingLong(Place::at).thenComparingDouble(Place::rank));
        return places.stream()
                .map(place -> place.at() == place.operation().at()
                        ? place.operation()
                        : OperationParts.at(place.operation(), place.at()))
                .collect(ImmutableList.toImmutableList());
    }

    /** Every other operation keeps its time, so that those of one time still meet. */
    private long at(int line, List<Operation> timeline, SplittableRandom random) {
        Operation operation = timeline.get(line);
        if (within == 0 || random.nextBoolean()) {
            return operation.at();
        }
        long moved = isDma(operation) && random.nextBoolean()
                ? onItsWay(operation, timeline.get(random.nextInt(timeline.size())), random)
                : operation.at() + move(random);
        return Math.max(0, moved);
    }

    private long move(SplittableRandom random) {
        long step = step();
        long most = within / step;
        return step * random.nextLong(-most, most + 1);
    }

    /** DMA is on its way for less than a step: it sets out right before another operation, if that is near enough. */
    private long onItsWay(Operation dma, Operation other, SplittableRandom random) {
        long at = other.at() - random.nextLong(IN_FLIGHT);
        return Math.abs(at - dma.at()) <= within ? at : dma.at() + move(random);
    }

    private static boolean isDma(Operation operation) {
        return operation instanceof RdmaOperation.Remote
                || operation instanceof RdmaOperation.LocalAccess
                || operation instanceof DmaOperation
                || operation instanceof NvmeOperation.Commands;
    }

    private long step() {
        long step = Ticks.PER_PICOSECOND;
        while (step * 10 <= within / STEPS) {
            step *= 10;
        }
        return Math.min(step, within);
    }
}
