package org.p2psim.report.lifetime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.RunLike;
import org.p2psim.report.SampleLifetimes;
import org.p2psim.report.SampleOutcomes;

class ChainTest {
    @Test
    void anUnexpectedViolationComesFirst() {
        assertThat(Chain.of(SampleLifetimes.doubleInversion()))
                .extracting(
                        chain -> chain.invariant().id(),
                        chain -> chain.invariant().good())
                .containsExactly(tuple("I-01", false), tuple("I-08", true), tuple("I-27", true));
    }

    @Test
    void theChainGoesFromWhatBrokeToWhoWasNotToldToWhatMadeItPossible() {
        assertThat(Chain.of(SampleLifetimes.doubleInversion()).get(0).text())
                .isEqualTo(
                        "I-01 broke at 55 ns at buf, w1: write w1 of 4 KiB came while n0 was being reset."
                                + " Because buf was \"marked revoked, maps allowed\" (I-27 broken) since 0 ns;"
                                + " n0 was \"in reset\" from 30 ns to 130 ns; buf/nic0 stayed mapped, and no notify reached it"
                                + " when n0 became \"in reset\" at 30 ns: its dma-buf was \"marked revoked, maps allowed\""
                                + " already, since 0 ns, so no change was told. Made possible by operation 0, export of buf at 0 ns.");
    }

    /** nic0 is notified at 30 ns and unmaps at 38 ns, when the reset begins. */
    @Test
    void anImporterThatWasNotifiedIsNotCalledUntold() {
        assertThat(new Lifetimes(SampleLifetimes.merged()).untold()).isEmpty();
    }

    @Test
    void withoutObjectsTheDetailAndTheEventStillTell() {
        assertThat(Chain.of(SampleOutcomes.vm()).get(0).text())
                .isEqualTo("I-02 broke at 10 us at buf, mr0: buf moved while mr0 maps it."
                        + " Made possible by operation 0, export of buf at 0 ns.");
    }

    @Test
    void anEventThatIsNotThereAndParentsInACircleAreSurvived() {
        RunOutcome run = new RunLike(SampleOutcomes.bareMetal())
                .objects(List.of(circular("a", "b"), circular("b", "a")))
                .invariants(List.of(new InvariantOutcome(
                        "I-04",
                        "No importer has a mapping of a released dma-buf",
                        1,
                        Optional.of(new InvariantOutcome.Violation(5, 99, "", List.of("a"), -1, 1, false)))))
                .outcome();

        assertThat(Chain.of(run).get(0).text())
                .startsWith(
                        "I-04 broke at 0 ns at a: not so: No importer has a mapping of a released dma-buf. Because");
        assertThat(new Lifetimes(run).untold()).isEmpty();
    }

    private static ObjectOutcome circular(String name, String parent) {
        return new ObjectOutcome(
                name,
                ObjectOutcome.Kind.DMA_BUF,
                Optional.of(parent),
                List.of(new ObjectOutcome.State(0, 10, "released", ObjectOutcome.Use.GONE, List.of())));
    }
}
