package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import nl.tudelft.simulation.dsol.eventlists.EventListInterface;
import nl.tudelft.simulation.dsol.eventlists.RedBlackTree;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.LambdaSimEvent;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventListTest {
    private final EventList list = new EventList();

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void behavesAsDsolsOwnListDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        EventListInterface<Long> dsols = new RedBlackTree<>();
        long span = 1L << random.nextInt(3, 60);
        List<SimEventInterface<Long>> added = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    SimEventInterface<Long> event =
                            new LambdaSimEvent<>(random.nextLong(span), (short) random.nextInt(12), () -> {});
                    added.add(event);
                    dsols.add(event);
                    list.add(event);
                }
                case 2 -> assertThat(list.removeFirst()).isEqualTo(dsols.removeFirst());
                default -> {
                    if (!added.isEmpty()) {
                        SimEventInterface<Long> event = added.get(random.nextInt(added.size()));
                        assertThat(list.contains(event)).isEqualTo(dsols.contains(event));
                        assertThat(list.remove(event)).isEqualTo(dsols.remove(event));
                    }
                }
            }
            assertThat(list.size()).as("seed %d", seed).isEqualTo(dsols.size());
            assertThat(list.first()).isEqualTo(dsols.first());
        }
        assertThat(list).containsExactlyElementsOf(dsols);
        list.clear();
        assertThat(list.isEmpty()).isTrue();
        assertThat(list.first()).isNull();
        assertThat(list.removeFirst()).isNull();
    }

    @Test
    void actionsKeepTheirOrderWhenSequenceNumbersRunOut() {
        List<Integer> happened = new ArrayList<>();
        int code = list.addHandler(index -> happened.add(-1));
        list.add(10, () -> happened.add(0));
        list.skipSequenceTo(EventKey.SEQUENCE_LIMIT - 3);
        for (int number = 1; number < 8; number++) {
            int mine = number;
            list.add(10, () -> happened.add(mine));
            list.add(10, Phase.DECISION, code, number);
        }
        while (list.firstTime() < Long.MAX_VALUE) {
            list.happenFirst();
        }
        assertThat(happened).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, -1, -1, -1, -1, -1, -1, -1);
    }

    @Test
    void negativeTimesAreRefused() {
        assertThatThrownBy(() -> list.add(new LambdaSimEvent<>(-1L, () -> {})))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
