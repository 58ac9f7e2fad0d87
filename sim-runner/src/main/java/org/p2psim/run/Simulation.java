package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Guest;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.outcome.Provenance;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.EndOfTimeException;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.expect.Expectations;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.Fidelity;
import org.p2psim.run.kernel.Choices;
import org.p2psim.run.replay.Replay;
import org.p2psim.run.replay.World;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;

/** Runs one plan: the one door of this module's simulation. Two runs of equal plans give equal outcomes. */
public final class Simulation {
    private final String version;

    private final Fidelity fidelity;

    /** @param version of p2psim, which every outcome carries */
    public Simulation(String version) {
        this(version, Fidelity.L2);
    }

    /** @param fidelity how much of what happens is an event; the outcome is the same */
    public Simulation(String version, Fidelity fidelity) {
        this.version = version;
        this.fidelity = fidelity;
    }

    public RunOutcome run(Plan plan) {
        return run(plan, Choices.asWritten());
    }

    /** @param choices what to do where the plan leaves it open */
    public RunOutcome run(Plan plan, Choices choices) {
        World world = World.of(plan);
        Played played = played(world, new Routing(world.host()), choices, true);
        return outcome(world, played);
    }

    /** The machine of a plan, on which timelines are run one after the other by one thread, for their invariants only. */
    public final class Bench {
        private final World world;
        private final Routing routing;

        private Bench(Plan plan) {
            world = World.of(plan);
            routing = new Routing(world.host());
        }

        /**
         * What the invariants say about a run of the machine with another timeline, or other mistakes of its kernel.
         *
         * @param plan the bench's with these
         */
        public ImmutableList<InvariantOutcome> run(Plan plan, Choices choices) {
            Played played = played(world.with(plan), routing, choices, false);
            return played.watch.outcomes(played.expectations::expects);
        }
    }

    public Bench bench(Plan plan) {
        return new Bench(plan);
    }

    /** What a run has left behind. */
    private record Played(
            long end,
            DmaNetwork network,
            Recorder recorder,
            InvariantWatch watch,
            Replay replay,
            Expectations expectations) {}

    /** @param told whether there will be an outcome that tells of objects and expectations, not only of invariants */
    private Played played(World world, Routing routing, Choices choices, boolean told) {
        Plan plan = world.plan();
        Engine engine = new Engine();
        DmaNetwork network =
                new DmaNetwork(world.host(), routing, engine, plan.timings(), fidelity, plan.seed(), choices::latency);
        Recorder recorder = new Recorder();
        InvariantWatch watch = new InvariantWatch(recorder);
        Replay replay = new Replay(world, engine, routing, network, recorder, watch, choices);
        Expectations expectations = new Expectations(world, engine, replay, recorder, watch);
        replay.schedule();
        if (told) {
            replay.followObjects();
            expectations.schedule();
        }
        try {
            engine.run();
        } catch (EndOfTimeException e) {
            throw e.of(network.running());
        }
        network.end();
        long end = Math.max(engine.lastAction(), network.lastEnd());
        replay.end(end);
        return new Played(end, network, recorder, watch, replay, expectations);
    }

    private static ImmutableList<PairOutcome> pairs(World world) {
        ImmutableList<PciFunction> endpoints = world.seen().endpoints();
        return endpoints.stream()
                .flatMap(provider -> endpoints.stream()
                        .filter(client -> !client.address().equals(provider.address()))
                        .map(client -> pair(world, provider, client)))
                .collect(ImmutableList.toImmutableList());
    }

    private static PairOutcome pair(World world, PciFunction provider, PciFunction client) {
        return new PairOutcome(
                provider.name(), client.name(), world.p2pdma().verdict(provider.address(), client.address()));
    }

    private RunOutcome outcome(World world, Played played) {
        Plan plan = world.plan();
        Recorder recorder = played.recorder;
        List<Note> notes = new ArrayList<>(plan.notes());
        notes.addAll(played.replay.notes());
        notes.addAll(Assumed.of(plan, played.network.linkUse()));
        notes.addAll(Cautions.unreached(world, played.replay.kernel().kernel().reached()));
        notes.addAll(Cautions.of(world));
        notes.addAll(NotModelled.NOTES);
        return new RunOutcome(
                new Provenance(version, plan.scenario(), plan.digest(), plan.seed(), String.join(" ", plan.settings())),
                plan.title(),
                plan.source(),
                plan.variant(),
                played.end,
                new Answers(world, recorder, played.watch).answer(),
                machine(plan.kernel().text(), plan.cmdline(), plan.fabric()),
                guest(world),
                pairs(world),
                recorder.sgTables(),
                recorder.events(),
                recorder.waits(),
                recorder.inFlight(),
                played.replay.landed(),
                played.replay.objects(played.end),
                recorder.transfers(),
                played.network.linkUse(),
                played.watch.outcomes(played.expectations::expects),
                played.expectations.outcomes(),
                notes);
    }

    private static Machine machine(String kernel, String cmdline, Fabric fabric) {
        return new Machine(kernel, cmdline, fabric.bootCpu(), fabric);
    }

    private static Optional<Guest> guest(World world) {
        return world.guest()
                .map(view -> new Guest(
                        world.plan()
                                .virtualMachine()
                                .orElseThrow()
                                .machine()
                                .name()
                                .toLowerCase(Locale.ROOT),
                        machine(world.kernel().text(), "", view.fabric()),
                        view.toHost().entrySet().stream()
                                .map(entry -> passedThrough(world, entry.getKey(), entry.getValue()))
                                .toList()));
    }

    private static Guest.PassedThrough passedThrough(World world, Bdf guest, Bdf host) {
        return new Guest.PassedThrough(world.host().function(host).name(), guest, host);
    }
}
