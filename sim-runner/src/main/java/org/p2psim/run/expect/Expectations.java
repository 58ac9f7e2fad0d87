package org.p2psim.run.expect;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.p2p.Verdict;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.engine.Phase;
import org.p2psim.run.replay.Replay;
import org.p2psim.run.replay.World;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Plan;

/** Holds what the scenario expects against what the run produced: at the times that it says, or at the end. */
public final class Expectations {
    private final World world;
    private final Engine engine;
    private final ObjectExpectations objects;
    private final DmaExpectations dmas;
    private final EventExpectations events;
    private final InvariantExpectations invariants;
    private final Map<Integer, Finding> early = new HashMap<>();

    public Expectations(World world, Engine engine, Replay replay, Recorder recorder, InvariantWatch watch) {
        this.world = world;
        this.engine = engine;
        this.objects = new ObjectExpectations(replay, recorder);
        this.dmas = new DmaExpectations(replay, recorder);
        this.events = new EventExpectations(engine, replay, recorder);
        this.invariants = new InvariantExpectations(recorder, watch);
    }

    /** Looks at what is to be looked at before the end, when everything at that time has happened. */
    public void schedule() {
        List<Plan.Expected> expected = world.plan().expectations();
        int looks = engine.handler(
                index -> early.put(index, finding(expected.get(index).expectation())));
        int tellings = engine.handler(index -> {});
        for (int i = 0; i < expected.size(); i++) {
            int index = i;
            OptionalLong at = at(expected.get(i).expectation());
            at.ifPresent(time -> {
                if (expected.get(index).expectation() instanceof Expectation.Dma) {
                    // whoever looks at DMA has to be told first what has landed, as before actions
                    engine.at(time, Phase.ACTION, tellings, index);
                }
                engine.at(time, Phase.DECISION, looks, index);
            });
        }
    }

    private static OptionalLong at(Expectation expectation) {
        return expectation instanceof Expectation.OfState expected ? expected.at() : OptionalLong.empty();
    }

    /** Everything that is expected, in the order of the file. */
    public ImmutableList<ExpectationOutcome> outcomes() {
        List<Plan.Expected> expected = world.plan().expectations();
        List<ExpectationOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < expected.size(); i++) {
            Finding finding = early.containsKey(i)
                    ? Optional.ofNullable(early.get(i)).orElseThrow()
                    : finding(expected.get(i).expectation());
            outcomes.add(finding.outcome(expected.get(i)));
        }
        return ImmutableList.copyOf(outcomes);
    }

    /** Whether the scenario expects that an invariant breaks in this way. */
    public boolean expects(InvariantWatch.Break found) {
        return world.plan().expectations().stream()
                .map(Plan.Expected::expectation)
                .filter(Expectation.Broken.class::isInstance)
                .anyMatch(expected -> invariants.matches((Expectation.Broken) expected, found));
    }

    private Finding finding(Expectation expectation) {
        if (expectation instanceof Expectation.P2p expected) {
            return p2p(expected);
        } else if (expectation instanceof Expectation.Mr expected) {
            return objects.region(expected);
        } else if (expectation instanceof Expectation.Qp expected) {
            return objects.queuePair(expected);
        } else if (expectation instanceof Expectation.DmaBuf expected) {
            return objects.dmaBuf(expected);
        } else if (expectation instanceof Expectation.Attachment expected) {
            return objects.attachment(expected);
        } else if (expectation instanceof Expectation.Handle expected) {
            return objects.handle(expected);
        } else if (expectation instanceof Expectation.Device expected) {
            return objects.device(expected);
        } else if (expectation instanceof Expectation.Sg expected) {
            return objects.table(expected);
        } else if (expectation instanceof Expectation.Dma expected) {
            return dmas.dma(expected);
        } else if (expectation instanceof Expectation.Line expected) {
            return events.line(expected);
        } else if (expectation instanceof Expectation.Order expected) {
            return events.order(expected);
        } else if (expectation instanceof Expectation.Count expected) {
            return events.count(expected);
        } else if (expectation instanceof Expectation.Broken expected) {
            return invariants.broken(expected);
        } else if (expectation instanceof Expectation.Invariants expected) {
            return invariants.none(expected);
        }
        throw new IllegalArgumentException("no such expectation: " + expectation);
    }

    private Finding p2p(Expectation.P2p expected) {
        Optional<Bdf> provider = world.seenAddress(expected.p2p().get(0));
        Optional<Bdf> client = world.seenAddress(expected.p2p().get(1));
        if (provider.isEmpty() || client.isEmpty()) {
            return new Finding().found("not in this machine").require(false);
        }
        Verdict verdict = world.p2pdma().verdict(provider.get(), client.get());
        return new Finding()
                .found(verdict.mapType().name())
                .require(expected.is().isEmpty() || expected.is().get() == verdict.mapType())
                .found("distance "
                        + (verdict.distance().isPresent() ? verdict.distance().getAsInt() : "not known"))
                .require(expected.distance().isEmpty() || expected.distance().equals(verdict.distance()));
    }
}
