package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.textbook.Carried;
import org.p2psim.run.textbook.TextbookNetwork;
import org.p2psim.topology.Fabric;
import org.p2psim.unit.Ticks;

/** What the network says is what a model says that shares no code with it, has an event for every change, and no tricks. */
class TextbookTest {
    private static final long NEVER_DONE = -1;
    private static final long LONG = 1000 * Ticks.PER_SECOND;

    private static final Comparator<Told> BY_TIME = Comparator.comparingLong(Told::at)
            .thenComparing(Told::what)
            .thenComparingLong(Told::issued)
            .thenComparingLong(Told::address);

    /** What one model says of a scene: of each DMA its TLPs and its end, of each direction of a link what it carried. */
    private record Account(List<List<Told>> told, List<Long> doneAt, List<Carried> carried) {
        static Account of(List<Run.Log> logs, List<Carried> carried) {
            return new Account(
                    logs.stream()
                            .map(log -> log.told.stream().sorted(BY_TIME).toList())
                            .toList(),
                    logs.stream()
                            .map(log -> log.timesDone == 1 ? log.doneAt : NEVER_DONE)
                            .toList(),
                    carried);
        }
    }

    static Stream<Integer> seeds() {
        return IntStream.rangeClosed(1, Integer.getInteger("p2psim.fidelity.seeds", 80))
                .boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyTlpLandsWhenTheTextbookSays(int seed) {
        PlainScene scene = PlainScene.of(new SplittableRandom(seed));
        Account expected = byTheTextbook(scene);
        for (Fidelity fidelity : List.of(Fidelity.L0, Fidelity.L1)) {
            Account said = byTheNetwork(scene, fidelity);
            assertThat(said.told()).as("seed %d, %s", seed, fidelity).isEqualTo(expected.told());
            assertThat(said.doneAt())
                    .as("seed %d, %s", seed, fidelity)
                    .doesNotContain(NEVER_DONE)
                    .isEqualTo(expected.doneAt());
            assertThat(said.carried()).as("seed %d, %s", seed, fidelity).isEqualTo(expected.carried());
        }
    }

    private static Account byTheNetwork(PlainScene scene, Fidelity fidelity) {
        Run run = new Run(scene.fabric(), scene.timings(), fidelity);
        List<Run.Log> logs = new ArrayList<>();
        for (DmaAt dma : scene.dmas()) {
            logs.add(run.start(dma.start(), dma.request()));
            if (dma.stop() != Agenda.NEVER) {
                run.engine.at(dma.stop(), () -> run.network.stop(dma.request().name()));
            }
        }
        List<Carried> carried = run.run().stream().map(Carried::of).toList();
        return Account.of(logs, carried);
    }

    private static Account byTheTextbook(PlainScene scene) {
        Fabric fabric = scene.fabric();
        try (TextbookNetwork network =
                new TextbookNetwork(fabric, scene.timings(), new AdvertisedCredits(fabric, scene.timings()))) {
            List<Run.Log> logs = new ArrayList<>();
            for (DmaAt dma : scene.dmas()) {
                Run.Log log = new Run.Log(network::now);
                logs.add(log);
                network.start(dma.start(), dma.request(), log);
                if (dma.stop() != Agenda.NEVER) {
                    network.stop(dma.stop(), dma.request().name());
                }
            }
            network.runUntil(LONG);
            return Account.of(logs, network.carried());
        }
    }
}
