package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.ownership.Owner;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.LandingChecks;
import org.p2psim.invariant.LandingChecks.Landing;
import org.p2psim.invariant.Violation;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.scenario.Expectation;

/**
 * One DMA on its way through one mapping. Each TLP is judged by the state that there is when it lands; as long as that is
 * the same and nothing is wrong with any of the memory, there is nothing to judge.
 */
final class Journey {
    private static final ImmutableSet<Invariant> CHECKED = ImmutableSet.of(
            Invariant.NO_WRITE_AFTER_REVOKE,
            Invariant.NO_LANDING_AFTER_UNMAP,
            Invariant.OWNER_AS_MAPPED,
            Invariant.PEER_TO_PEER_ALLOWED);

    private final RunState run;
    private final Landings landings;
    private final Start start;
    private final long mapping;
    private final Fate fate;
    /** By each event that has ended access. */
    private final List<InFlight> inFlight = new ArrayList<>();

    private final LandingLog log = new LandingLog();
    /** Bytes of all that has landed. */
    private long reached;

    /** Of the state that was looked at last; what follows was so then. */
    private long version = -1;

    private boolean clean;
    private String owner = "";
    private String where = "";

    /**
     * What sets out.
     *
     * @param dma as the timeline calls it
     * @param event index of its event
     * @param tag whose data a write brings
     */
    record Start(String dma, int event, Attachment attachment, boolean write, List<Piece> pieces, String tag) {
        Start {
            pieces = ImmutableList.copyOf(pieces);
        }
    }

    Journey(RunState run, Landings landings, Start start) {
        this.run = run;
        this.landings = landings;
        this.start = start;
        this.mapping = start.attachment().newestMapping();
        this.fate = landings.fate(start.dma());
    }

    String dma() {
        return start.dma();
    }

    Attachment attachment() {
        return start.attachment();
    }

    /** Access ends by this event: what is on its way now is counted. */
    void accessEnds(int event, long at) {
        if (inFlight.stream().noneMatch(before -> before.accessEnd() == at)) {
            inFlight.add(new InFlight(event, at));
        }
    }

    /** A TLP is there, of a read or a write. False if nobody takes it. */
    boolean landed(long at, long address, int length, long issued) {
        look();
        AddressRange memory = memory(address, length);
        reached += length;
        run.watch().checked(CHECKED, 1);
        if (clean) {
            count(at, length, issued, LandingOutcome.Fate.LANDED, false);
            take(memory);
            fate.landed(owner, where, length);
            tell(at, issued, length, LandingOutcome.Fate.LANDED, where, owner, "");
            return true;
        }
        boolean corrupts = isSomebodyElses(memory);
        if (landings.answers(memory)) {
            landed(at, memory, issued);
            count(at, length, issued, LandingOutcome.Fate.LANDED, corrupts);
            return true;
        }
        refused(at, memory, issued);
        count(at, length, issued, LandingOutcome.Fate.DROPPED, corrupts);
        return false;
    }

    /** Whether somebody takes requests to an address now. */
    boolean isAnswered(long address) {
        return isClean() || landings.answers(memory(address, 1));
    }

    /** So many TLPs alike are there, one each period. */
    void repeated(long at, long period, long count, int length, long latency) {
        for (long i = 0; i < Math.min(count, inFlight.isEmpty() ? 0 : latency / Math.max(1, period) + 1); i++) {
            count(at + i * period, length, at + i * period - latency, LandingOutcome.Fate.LANDED, false);
        }
        look();
        run.watch().checked(CHECKED, count);
        for (AddressRange memory : next(count * length)) {
            take(memory);
            fate.landed(owner, where, memory.size());
        }
        long until = at + (count - 1) * period;
        log.add(new LandingOutcome(
                dma(),
                at - latency,
                at,
                until,
                count,
                count * length,
                LandingOutcome.Fate.LANDED,
                where,
                user(owner),
                ""));
    }

    /** Whether the state is one in which all that lands is alike. */
    boolean isClean() {
        look();
        return clean;
    }

    /** An IOMMU has stopped a TLP. */
    void blocked(long at, long address, int length, long issued) {
        count(at, length, issued, LandingOutcome.Fate.BLOCKED, false);
        fate.blocked(length);
        String why = "address 0x%x is not mapped".formatted(address);
        tell(at, issued, length, LandingOutcome.Fate.BLOCKED, "IOMMU", Expectation.Dma.NOBODY, why);
    }

    /** Something else on its way has not let a TLP pass, or nothing has answered it. */
    void lost(long at, long address, int length, long issued) {
        count(at, length, issued, LandingOutcome.Fate.DROPPED, false);
        dropped(at, memory(address, length), issued, "");
    }

    /** Nothing of it is on its way any more. */
    void over() {
        landings.over(this);
        log.outcomes().forEach(landings::add);
        for (InFlight each : inFlight) {
            if (!each.isEmpty()) {
                run.recorder().inFlight(each.outcome(dma()));
            }
        }
    }

    /** What became of a TLP, which may have been in flight when access ended. */
    private void count(long at, int length, long issued, LandingOutcome.Fate itsFate, boolean corrupts) {
        for (InFlight each : inFlight) {
            if (each.had(issued, at)) {
                each.count(itsFate, length);
                if (itsFate == LandingOutcome.Fate.LANDED) {
                    each.landed(at, corrupts || accessEnd().isPresent());
                }
            }
        }
    }

    /** It belonged to another one when it was mapped. */
    private boolean isSomebodyElses(AddressRange memory) {
        return landings.owners(attachment(), mapping, memory)
                .filter(then -> !run.memory().ownedAsIn(then, memory))
                .isPresent();
    }

    private OptionalLong accessEnd() {
        return landings.endedSince(attachment().dmaBuf());
    }

    private AddressRange memory(long address, long length) {
        for (Piece piece : start.pieces()) {
            if (piece.holds(address)) {
                return piece.at(address, length);
            }
        }
        throw new IllegalStateException("0x%x is in no segment of %s".formatted(address, dma()));
    }

    /** The memory of the next bytes in order: what repeats itself does not say its addresses. */
    private ImmutableList<AddressRange> next(long bytes) {
        ImmutableList.Builder<AddressRange> next = ImmutableList.builder();
        long skip = reached;
        long left = bytes;
        for (Piece piece : start.pieces()) {
            long size = piece.memory().size();
            long taken = Math.min(size - skip, left);
            if (taken > 0) {
                next.add(new AddressRange(piece.memory().base() + skip, taken));
                left -= taken;
            }
            skip = Math.max(0, skip - size);
        }
        reached += bytes;
        return next.build();
    }

    private void take(AddressRange memory) {
        if (start.write()) {
            run.memory().write(memory, start.tag());
        } else {
            fate.read(run.memory(), memory);
        }
    }

    private void look() {
        if (version == run.kernel().version()) {
            return;
        }
        version = run.kernel().version();
        owner = owner(start.pieces().get(0).memory());
        where = where(start.pieces().get(0).memory());
        clean = start.pieces().stream().map(Piece::memory).allMatch(this::isClean);
    }

    private boolean isClean(AddressRange memory) {
        long ofUser = run.memory().bytesByUser(memory).getOrDefault(owner, 0L);
        boolean alike = owner.equals(Expectation.Dma.NOBODY)
                ? run.memory().owners(memory).isEmpty()
                : ofUser == memory.size();
        return alike
                && where.equals(where(memory))
                && landings.answers(memory)
                && accessEnd().isEmpty()
                && violations(memory, false).isEmpty();
    }

    private String owner(AddressRange memory) {
        return run.memory().owners(memory).stream().findFirst().map(Owner::user).orElse(Expectation.Dma.NOBODY);
    }

    private String where(AddressRange memory) {
        return landings.where(memory, attachment().dmaBuf());
    }

    private ImmutableList<Violation> violations(AddressRange memory, boolean revoked) {
        boolean peer = landings.deviceAt(memory).isPresent();
        return LandingChecks.check(
                new Landing(
                        attachment(),
                        mapping,
                        memory,
                        start.write(),
                        peer,
                        landings.owners(attachment(), mapping, memory)),
                revoked,
                run.memory());
    }

    private void landed(long at, AddressRange memory, long issued) {
        String whose = owner(memory);
        String in = where(memory);
        List<Violation> found = violations(memory, accessEnd().isPresent());
        found.forEach(violation -> broken(violation, at));
        take(memory);
        fate.landed(whose, in, memory.size());
        String there = in.equals(Expectation.Dma.ELSEWHERE) ? target(memory) : in;
        String why = found.stream()
                .findFirst()
                .map(first -> "%s at %s".formatted(first.invariant().id(), first.object()))
                .orElse("");
        tell(at, issued, memory.size(), LandingOutcome.Fate.LANDED, there, whose, why);
    }

    /** Nobody answers there. */
    private void refused(long at, AddressRange memory, long issued) {
        OptionalLong since = accessEnd();
        if (start.write() && since.isPresent() && issued >= since.getAsLong()) {
            String name = attachment().name();
            String what = "a write is issued after access had ended";
            broken(new Violation(Invariant.NO_WRITE_AFTER_REVOKE, name, what), at);
        }
        dropped(at, memory, issued, start.write() ? "Unsupported Request" : "Unsupported Request, all ones");
    }

    private void dropped(long at, AddressRange memory, long issued, String why) {
        fate.dropped(memory.size());
        tell(at, issued, memory.size(), LandingOutcome.Fate.DROPPED, target(memory), Expectation.Dma.NOBODY, why);
    }

    private String target(AddressRange memory) {
        return landings.deviceAt(memory).orElse(landings.isUnclaimed(memory) ? Expectation.Dma.ELSEWHERE : "memory");
    }

    private void broken(Violation violation, long at) {
        run.recorder().causedBy(run.recorder().event(start.event()).operation());
        landings.brokenByDma(violation, 1, at, start.event());
    }

    /** What became of one TLP. */
    private void tell(
            long at, long issued, long length, LandingOutcome.Fate itsFate, String there, String whose, String why) {
        log.add(new LandingOutcome(dma(), issued, at, at, 1, length, itsFate, there, user(whose), why));
    }

    /** In the outcome memory without an owner has an empty name for one. */
    private static String user(String whose) {
        return whose.equals(Expectation.Dma.NOBODY) ? "" : whose;
    }
}
