package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.LandingChecks;
import org.p2psim.invariant.LandingChecks.Landing;
import org.p2psim.invariant.Violation;
import org.p2psim.outcome.InFlightOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.LandingOutcome.Fate;
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
    private final org.p2psim.run.replay.Fate bytes;
    private final List<Ended> ended = new ArrayList<>();
    private final List<LandingOutcome> told = new ArrayList<>();
    private long version = -1;
    private boolean clean;
    private String owner = "";
    private String where = "";
    private long reached;

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

    /** Contiguous memory, as the initiator addresses it and where that is, physical. */
    record Piece(long dmaAddress, AddressRange memory) {
        /** What no domain of the importer maps is an address of the bus. */
        static ImmutableList<Piece> of(MachineDmaMap dmaMap, Importer importer, SgTable.Entry entry) {
            ImmutableList.Builder<Piece> pieces = ImmutableList.builder();
            for (long done = 0; done < entry.length(); ) {
                long address = entry.address() + done;
                long left = entry.length() - done;
                long physical = dmaMap.physical(importer, address);
                long part = physical == DmaMap.FAILED ? left : Math.min(left, dmaMap.mappedFrom(importer, address));
                pieces.add(new Piece(address, new AddressRange(physical == DmaMap.FAILED ? address : physical, part)));
                done += part;
            }
            return pieces.build();
        }

        private boolean holds(long address) {
            return Long.compareUnsigned(address - dmaAddress, memory.size()) < 0;
        }

        private AddressRange at(long address, long length) {
            return new AddressRange(memory.base() + (address - dmaAddress), length);
        }
    }

    private static final class Ended {
        private final int event;
        private final long at;
        private long tlps;
        private long bytes;
        private final Map<Fate, Long> fates = new EnumMap<>(Fate.class);
        private long last;
        private long after;

        Ended(int event, long at) {
            this.event = event;
            this.at = at;
        }

        private void count(Fate fate, int length) {
            tlps++;
            bytes += length;
            fates.merge(fate, 1L, Long::sum);
        }

        private void landed(long landing, boolean tooLate) {
            last = Math.max(last, landing);
            after += tooLate ? 1 : 0;
        }

        private InFlightOutcome outcome(String dma) {
            return new InFlightOutcome(
                    event,
                    dma,
                    tlps,
                    bytes,
                    of(Fate.LANDED),
                    of(Fate.DROPPED),
                    of(Fate.BLOCKED),
                    of(Fate.LANDED) == 0 ? OptionalLong.empty() : OptionalLong.of(last),
                    after);
        }

        private long of(Fate fate) {
            return fates.getOrDefault(fate, 0L);
        }
    }

    /**
     * What was so when its mapping was made.
     *
     * @param owners of all memory
     * @param exported what the dma-buf showed, physical
     */
    record Mapped(OwnedMemory owners, List<AddressRange> exported) {
        Mapped {
            exported = ImmutableList.copyOf(exported);
        }

        boolean exports(AddressRange memory) {
            return exported.stream().anyMatch(range -> range.contains(memory));
        }
    }

    Journey(RunState run, Landings landings, Start start) {
        this.run = run;
        this.landings = landings;
        this.start = start;
        this.mapping = start.attachment().newestMapping();
        this.bytes = landings.fate(start.dma());
    }

    static ImmutableList<Piece> pieces(MachineDmaMap dmaMap, Attachment attachment, List<SgTable.Entry> segments) {
        return segments.stream()
                .filter(entry -> entry.length() != 0)
                .flatMap(entry -> Piece.of(dmaMap, attachment.importer(), entry).stream())
                .collect(ImmutableList.toImmutableList());
    }

    String dma() {
        return start.dma();
    }

    Attachment attachment() {
        return start.attachment();
    }

    /** Access ends by this event: what is on its way now is counted. */
    void accessEnds(int event, long at) {
        if (ended.stream().noneMatch(before -> before.at == at)) {
            ended.add(new Ended(event, at));
        }
    }

    /** A TLP is there, of a read or a write. False if nobody takes it. */
    boolean landed(long at, long address, int length, long issued) {
        look();
        AddressRange memory = memory(address, length);
        reached += length;
        run.watch().checked(CHECKED, 1);
        if (clean) {
            count(at, length, issued, Fate.LANDED, false);
            take(memory);
            bytes.landed(owner, where, length);
            tell(at, issued, 1, length, Fate.LANDED, where, owner, "");
            return true;
        }
        boolean corrupts = isSomebodyElses(memory);
        boolean taken = judge(at, memory, issued);
        count(at, length, issued, taken ? Fate.LANDED : Fate.DROPPED, corrupts);
        return taken;
    }

    /** So many TLPs alike are there, one each period. */
    void repeated(long at, long period, long count, int length, long latency) {
        for (long i = 0; i < Math.min(count, ended.isEmpty() ? 0 : latency / Math.max(1, period) + 1); i++) {
            count(at + i * period, length, at + i * period - latency, Fate.LANDED, false);
        }
        look();
        run.watch().checked(CHECKED, count);
        for (AddressRange memory : next(count * length)) {
            take(memory);
            bytes.landed(owner, where, memory.size());
        }
        tell(at, at - latency, count, count * length, Fate.LANDED, where, owner, "");
        told.set(told.size() - 1, until(told.get(told.size() - 1), at + (count - 1) * period));
    }

    private static LandingOutcome until(LandingOutcome last, long end) {
        return new LandingOutcome(
                last.dma(),
                last.issued(),
                last.from(),
                end,
                last.tlps(),
                last.bytes(),
                last.fate(),
                last.where(),
                last.owner(),
                last.detail());
    }

    /** Whether the state is one in which all that lands is alike. */
    boolean isClean() {
        look();
        return clean;
    }

    /** An IOMMU has stopped a TLP. */
    void blocked(long at, long address, int length, long issued) {
        count(at, length, issued, Fate.BLOCKED, false);
        bytes.blocked(length);
        tell(at, issued, 1, length, Fate.BLOCKED, "IOMMU", "", "address 0x%x is not mapped".formatted(address));
    }

    /** Something else on its way has not let a TLP pass, or nothing has answered it. */
    void lost(long at, long address, int length, long issued) {
        count(at, length, issued, Fate.DROPPED, false);
        bytes.dropped(length);
        tell(at, issued, 1, length, Fate.DROPPED, target(memory(address, length)), "", "");
    }

    /** Nothing of it is on its way any more. */
    void over() {
        landings.over(this);
        told.forEach(landings::add);
        for (Ended each : ended) {
            if (each.tlps > 0) {
                run.recorder().inFlight(each.outcome(start.dma()));
            }
        }
    }

    /** What became of a TLP, which may have been in flight when access ended. */
    private void count(long at, int length, long issued, Fate fate, boolean corrupts) {
        for (Ended each : ended) {
            if (issued < each.at && at >= each.at) {
                each.count(fate, length);
                if (fate == Fate.LANDED) {
                    each.landed(
                            at,
                            corrupts
                                    || landings.endedSince(attachment().dmaBuf())
                                            .isPresent());
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

    private AddressRange memory(long address, long length) {
        for (Piece piece : start.pieces()) {
            if (piece.holds(address)) {
                return piece.at(address, length);
            }
        }
        throw new IllegalStateException("0x%x is in no segment of %s".formatted(address, start.dma()));
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
            bytes.read(run.memory(), memory);
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
                && landings.endedSince(attachment().dmaBuf()).isEmpty()
                && violations(memory, false).isEmpty();
    }

    private String owner(AddressRange memory) {
        return run.memory().owners(memory).stream()
                .findFirst()
                .map(each -> each.user())
                .orElse(Expectation.Dma.NOBODY);
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

    private boolean judge(long at, AddressRange memory, long issued) {
        OptionalLong since = landings.endedSince(attachment().dmaBuf());
        if (!landings.answers(memory)) {
            bytes.dropped(memory.size());
            if (start.write() && since.isPresent() && issued >= since.getAsLong()) {
                broken(
                        new Violation(
                                Invariant.NO_WRITE_AFTER_REVOKE,
                                attachment().name(),
                                "a write is issued after access had ended"),
                        at);
            }
            String why = start.write() ? "Unsupported Request" : "Unsupported Request, all ones";
            tell(at, issued, 1, memory.size(), Fate.DROPPED, target(memory), "", why);
            return false;
        }
        String whose = owner(memory);
        String in = where(memory);
        List<Violation> found = violations(memory, since.isPresent());
        found.forEach(violation -> broken(violation, at));
        take(memory);
        bytes.landed(whose, in, memory.size());
        tell(
                at,
                issued,
                1,
                memory.size(),
                Fate.LANDED,
                in.equals(Expectation.Dma.ELSEWHERE) ? target(memory) : in,
                whose.equals(Expectation.Dma.NOBODY) ? "" : whose,
                found.isEmpty()
                        ? ""
                        : "%s at %s"
                                .formatted(
                                        found.get(0).invariant().id(),
                                        found.get(0).object()));
        return true;
    }

    private String target(AddressRange memory) {
        return landings.deviceAt(memory).orElse(landings.isUnclaimed(memory) ? Expectation.Dma.ELSEWHERE : "memory");
    }

    private void broken(Violation violation, long at) {
        run.recorder().causedBy(run.recorder().event(start.event()).operation());
        landings.brokenByDma(violation, 1, at, start.event());
    }

    private void tell(
            long at, long issued, long tlps, long bytes, Fate itsFate, String there, String whose, String detail) {
        String nobody = whose.equals(Expectation.Dma.NOBODY) ? "" : whose;
        int last = told.size() - 1;
        if (last >= 0) {
            LandingOutcome before = told.get(last);
            if (before.fate() == itsFate
                    && before.where().equals(there)
                    && before.owner().equals(nobody)
                    && before.detail().equals(detail)) {
                told.set(
                        last,
                        new LandingOutcome(
                                before.dma(),
                                before.issued(),
                                before.from(),
                                at,
                                before.tlps() + tlps,
                                before.bytes() + bytes,
                                itsFate,
                                there,
                                nobody,
                                detail));
                return;
            }
        }
        told.add(new LandingOutcome(start.dma(), issued, at, at, tlps, bytes, itsFate, there, nobody, detail));
    }
}
