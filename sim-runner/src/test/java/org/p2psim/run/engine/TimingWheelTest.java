package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TimingWheelTest {
    private record Event(long time, long key) {}

    private final TimingWheel wheel = new TimingWheel();
    private final PriorityQueue<Event> queue =
            new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::key));
    private long now;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 400);
    }

    /** Each seed has its own mix of short steps, ties, far times, removals and pops up to a limit. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void behavesAsAPriorityQueue(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int scale = random.nextInt(40);
        int ties = 1 + random.nextInt(4);
        int growth = random.nextInt(45, 56);
        for (int i = 0; i < 8_000; i++) {
            int dice = random.nextInt(100);
            if (dice < growth) {
                add(step(random, scale) / ties * ties, random.nextInt(8));
            } else if (dice < 97) {
                removeUpTo(random.nextInt(3) == 0 ? now + step(random, scale) : Long.MAX_VALUE);
            } else if (dice < 99) {
                removeSome(random);
            } else if (random.nextInt(200) == 0) {
                wheel.clear();
                queue.clear();
                now = 0;
            }
            assertThat(wheel.size()).as("seed %d", seed).isEqualTo(queue.size());
        }
        while (!queue.isEmpty()) {
            removeUpTo(Long.MAX_VALUE);
        }
        assertThat(wheel.firstTime()).isEqualTo(Long.MAX_VALUE);
    }

    private static long step(SplittableRandom random, int scale) {
        return switch (random.nextInt(20)) {
            case 0 -> 0;
            case 1 -> random.nextLong(1L << 55);
            case 2 -> random.nextLong(1 + (1L << random.nextInt(50)));
            default -> random.nextLong(1 + (1L << scale));
        };
    }

    private void add(long step, long key) {
        long time = Math.min(now + step, InlineSimulator.END_OF_TIME);
        wheel.add(time, key);
        queue.add(new Event(time, key));
    }

    private void removeUpTo(long limit) {
        Event expected = queue.peek();
        assertThat(wheel.firstTime()).isEqualTo(expected == null ? Long.MAX_VALUE : expected.time());
        if (expected != null && expected.time() <= limit) {
            assertThat(wheel.removeFirst()).isEqualTo(queue.remove().key());
            now = expected.time();
        }
    }

    private void removeSome(SplittableRandom random) {
        Event any = queue.stream()
                .skip(random.nextInt(queue.size() + 1))
                .findFirst()
                .orElse(new Event(now, 1));
        assertThat(wheel.remove(any.time(), any.key())).isEqualTo(queue.remove(any));
        Event none = new Event(any.time(), 99);
        assertThat(wheel.remove(none.time(), none.key())).isFalse();
    }

    @Test
    void manyEventsAtOneInstantComeByKey() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 200_000; i++) {
            add(1_000_000, random.nextLong(Long.MAX_VALUE));
        }
        while (!queue.isEmpty()) {
            removeUpTo(Long.MAX_VALUE);
        }
    }

    @Test
    void aBurstBeforeAnEventThatWasSeenFarAheadKeepsItsOrder() {
        SplittableRandom random = new SplittableRandom(2);
        add(1L << 50, 0);
        removeUpTo(0);
        for (int i = 0; i < 50_000; i++) {
            add(random.nextLong(1 << 20), random.nextInt(4));
        }
        for (int i = 0; i < 200_000; i++) {
            removeUpTo(Long.MAX_VALUE);
            add(random.nextLong(1 << 20), random.nextInt(4));
        }
        while (!queue.isEmpty()) {
            removeUpTo(Long.MAX_VALUE);
        }
    }

    /** As when a simulation goes from nanoseconds to seconds and back: each time the wheel is cut anew. */
    @Test
    void stepsThatChangeByOrdersOfMagnitudeKeepTheOrder() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 300; i++) {
            add(random.nextLong(1 << 10), i);
        }
        for (int scale : new int[] {10, 30, 44, 5, 0, 38}) {
            for (int i = 0; i < 60_000; i++) {
                removeUpTo(Long.MAX_VALUE);
                add(random.nextLong(1L << scale), random.nextInt(100));
            }
        }
        while (!queue.isEmpty()) {
            removeUpTo(Long.MAX_VALUE);
        }
    }

    @Test
    void theLastTimesAreHeld() {
        add(InlineSimulator.END_OF_TIME, 2);
        add(InlineSimulator.END_OF_TIME - 1, 3);
        add(InlineSimulator.END_OF_TIME, 1);
        add(0, 4);
        while (!queue.isEmpty()) {
            removeUpTo(Long.MAX_VALUE);
        }
        assertThat(now).isEqualTo(InlineSimulator.END_OF_TIME);
    }
}
