package org.p2psim.run.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import nl.tudelft.simulation.dsol.eventlists.EventListInterface;
import nl.tudelft.simulation.dsol.eventlists.RedBlackTree;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.LambdaSimEvent;
import nl.tudelft.simulation.dsol.formalisms.eventscheduling.SimEventInterface;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventHeapTest {
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void behavesAsDsolsOwnListDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        EventListInterface<Long> dsols = new RedBlackTree<>();
        EventListInterface<Long> heap = new EventHeap();
        List<SimEventInterface<Long>> added = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    SimEventInterface<Long> event =
                            new LambdaSimEvent<>((long) random.nextInt(50), (short) random.nextInt(1, 11), () -> {});
                    added.add(event);
                    dsols.add(event);
                    heap.add(event);
                }
                case 2 -> assertThat(heap.removeFirst()).isEqualTo(dsols.removeFirst());
                default -> {
                    if (!added.isEmpty()) {
                        SimEventInterface<Long> event = added.get(random.nextInt(added.size()));
                        assertThat(heap.contains(event)).isEqualTo(dsols.contains(event));
                        assertThat(heap.remove(event)).isEqualTo(dsols.remove(event));
                    }
                }
            }
            assertThat(heap.size()).isEqualTo(dsols.size());
            assertThat(heap.first()).isEqualTo(dsols.first());
        }
        assertThat(heap).containsExactlyElementsOf(dsols);
        heap.clear();
        assertThat(heap.isEmpty()).isTrue();
    }
}
