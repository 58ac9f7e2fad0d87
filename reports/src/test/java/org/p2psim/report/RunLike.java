package org.p2psim.report;

import java.util.List;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.WaitOutcome;

/** The outcome of a run like another, but for what is said. */
public final class RunLike {
    private final RunOutcome other;
    private String variant;
    private List<SgTableOutcome> sgTables;
    private List<Event> events;
    private List<WaitOutcome> waits;
    private List<InFlightOutcome> inFlight;
    private List<LandingOutcome> landings;
    private List<ObjectOutcome> objects;
    private List<TransferOutcome> transfers;
    private List<LinkUse> links;
    private List<InvariantOutcome> invariants;

    public RunLike(RunOutcome other) {
        this.other = other;
        variant = other.variant();
        sgTables = other.sgTables();
        events = other.events();
        waits = other.waits();
        inFlight = other.inFlight();
        landings = other.landings();
        objects = other.objects();
        transfers = other.transfers();
        links = other.links();
        invariants = other.invariants();
    }

    public RunLike variant(String newVariant) {
        variant = newVariant;
        return this;
    }

    public RunLike sgTables(List<SgTableOutcome> newTables) {
        sgTables = newTables;
        return this;
    }

    public RunLike events(List<Event> newEvents) {
        events = newEvents;
        return this;
    }

    public RunLike waits(List<WaitOutcome> newWaits) {
        waits = newWaits;
        return this;
    }

    /** What was on its way when access ended, and where it came to its end. */
    public RunLike landings(List<InFlightOutcome> newInFlight, List<LandingOutcome> newLandings) {
        inFlight = newInFlight;
        landings = newLandings;
        return this;
    }

    public RunLike objects(List<ObjectOutcome> newObjects) {
        objects = newObjects;
        return this;
    }

    public RunLike withoutTransfers() {
        transfers = List.of();
        links = List.of();
        return this;
    }

    public RunLike invariants(List<InvariantOutcome> newInvariants) {
        invariants = newInvariants;
        return this;
    }

    public RunOutcome outcome() {
        return new RunOutcome(
                other.provenance(),
                other.title(),
                other.source(),
                variant,
                other.end(),
                other.answer(),
                other.machine(),
                other.guest(),
                other.matrix(),
                sgTables,
                events,
                waits,
                inFlight,
                landings,
                objects,
                transfers,
                links,
                invariants,
                other.expectations(),
                other.notes());
    }
}
