package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Guest;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.outcome.Provenance;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.routing.Routing;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.Fidelity;
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
        World world = World.of(plan);
        Engine engine = new Engine();
        Routing routing = new Routing(world.host());
        DmaNetwork network = new DmaNetwork(world.host(), routing, engine, plan.timings(), fidelity, plan.seed());
        Recorder recorder = new Recorder();
        InvariantWatch watch = new InvariantWatch(recorder);
        Replay replay = new Replay(world, engine, routing, network, recorder, watch);
        replay.schedule();
        engine.run();
        replay.checkLeaks();
        return outcome(
                world, Math.max(engine.lastAction(), network.lastEnd()), replay, recorder, watch, network.linkUse());
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

    private RunOutcome outcome(
            World world, long end, Replay replay, Recorder recorder, InvariantWatch watch, List<LinkUse> links) {
        Plan plan = world.plan();
        List<Note> notes = new ArrayList<>(plan.notes());
        notes.addAll(replay.notes());
        notes.addAll(Assumed.of(plan, links));
        notes.addAll(Cautions.of(world));
        notes.addAll(NotModelled.NOTES);
        return new RunOutcome(
                new Provenance(version, plan.scenario(), plan.digest(), plan.seed(), String.join(" ", plan.settings())),
                plan.title(),
                plan.source(),
                plan.variant(),
                end,
                new Answers(world, recorder, watch).answer(),
                machine(plan.kernel().text(), plan.cmdline(), plan.fabric()),
                guest(world),
                pairs(world),
                recorder.sgTables(),
                recorder.events(),
                recorder.transfers(),
                links,
                watch.outcomes(),
                new Expectations(world, replay.handles(), recorder, watch).outcomes(),
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
