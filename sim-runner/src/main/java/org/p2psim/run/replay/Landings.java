package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Journal.Action;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.Violation;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.run.kernel.Noted;
import org.p2psim.scenario.Expectation;
import org.p2psim.topology.Bar;
import org.p2psim.topology.PciFunction;

/** What is true of memory at the moment when a DMA reaches it: whose it is, whether it answers, whether access has ended. */
public final class Landings {
    private final RunState run;
    private final Causes causes;
    private final Map<String, Fate> fates = new LinkedHashMap<>();
    private final Map<String, Attachment> dmas = new LinkedHashMap<>();
    private final Set<Journey> running = new LinkedHashSet<>();
    private final List<LandingOutcome> outcomes = new ArrayList<>();
    private final List<AddressRange> assigned = new ArrayList<>();
    /** What was so when an attachment was mapped, by how often it had been. */
    private final Map<Attachment, Map<Long, Mapped>> mapped = new IdentityHashMap<>();
    /** Since when access to a dma-buf has ended, ticks. */
    private final Map<DmaBuf, Long> ended = new IdentityHashMap<>();
    /** Whose revocation has begun, by which thread. */
    private final Map<String, String> revoking = new HashMap<>();

    private OwnedMemory snapshot = new OwnedMemory();
    private long snapshotOf;
    private long comparedAt;

    /**
     * What was so when a mapping was made.
     *
     * @param owners of all memory
     * @param exported what the dma-buf showed, physical
     */
    private record Mapped(OwnedMemory owners, List<AddressRange> exported) {
        Mapped {
            exported = ImmutableList.copyOf(exported);
        }

        boolean exports(AddressRange memory) {
            return exported.stream().anyMatch(range -> range.contains(memory));
        }
    }

    Landings(RunState run, Causes causes) {
        this.run = run;
        this.causes = causes;
        run.kernel().reads(this::read);
        run.kernel().follows(this::follow);
    }

    /** What became of a DMA, as the timeline calls it. */
    public Fate fate(String dma) {
        return fates.computeIfAbsent(dma, name -> new Fate());
    }

    /** The same; empty if there was no such DMA. */
    public Optional<Fate> find(String dma) {
        return Optional.ofNullable(fates.get(dma));
    }

    /** Every DMA that set out, and through which attachment. */
    ImmutableMap<String, Attachment> dmas() {
        return ImmutableMap.copyOf(dmas);
    }

    /** The DMAs on their way through an attachment. */
    ImmutableList<String> through(Attachment attachment) {
        return running.stream()
                .filter(journey -> journey.attachment() == attachment)
                .map(Journey::dma)
                .collect(ImmutableList.toImmutableList());
    }

    ImmutableList<LandingOutcome> outcomes() {
        return ImmutableList.copyOf(outcomes);
    }

    void add(LandingOutcome outcome) {
        outcomes.add(outcome);
    }

    /** A DMA sets out. */
    Journey journey(Journey.Start start) {
        dmas.putIfAbsent(start.dma(), start.attachment());
        Journey journey = new Journey(run, this, start);
        running.add(journey);
        return journey;
    }

    void over(Journey journey) {
        running.remove(journey);
    }

    /** The owners of memory when an attachment was mapped for that time; empty if that was not exported then. */
    Optional<OwnedMemory> owners(Attachment attachment, long mapping, AddressRange memory) {
        return Optional.of(mapped(attachment, mapping))
                .filter(then -> then.exports(memory))
                .map(Mapped::owners);
    }

    private Mapped mapped(Attachment attachment, long mapping) {
        return mapped.computeIfAbsent(attachment, each -> new HashMap<>())
                .computeIfAbsent(mapping, each -> asItIs(attachment));
    }

    private Mapped asItIs(Attachment attachment) {
        return new Mapped(snapshot(), attachment.shownWhenMapped());
    }

    private OwnedMemory snapshot() {
        if (snapshotOf != run.memory().changes()) {
            snapshotOf = run.memory().changes();
            snapshot = run.memory().snapshot();
        }
        return snapshot;
    }

    /** Another driver has a part of a BAR now, and makes it answer. */
    void assigned(AddressRange range) {
        assigned.add(range);
    }

    /** A device was closed: its memory is nobody's, unless somebody has it already. */
    void closed(AddressRange bar) {
        if (assigned.stream().noneMatch(bar::overlaps)) {
            run.memory().free(bar);
        }
    }

    /** I-10: the memory that these show is somebody else's from now on. */
    void reused(List<DmaBuf> dmaBufs) {
        run.watch().checked(ImmutableSet.of(Invariant.REUSE_WAITS), 1);
        dmaBufs.stream()
                .filter(dmaBuf -> !dmaBuf.isReleased())
                .flatMap(dmaBuf -> DmaBufChecks.reuse(dmaBuf, true).stream())
                .forEach(violation -> broken(violation, 1));
    }

    private void read(Noted noted) {
        causes.read(noted);
        switch (noted.action()) {
            case MAP -> mapped(noted);
            case REVOKE -> {
                revoking.put(noted.object(), noted.entry().task());
                inFlight(dmaBuf(noted.object()).map(List::of).orElse(List.of()), noted);
            }
            case MOVE -> inFlight(dmaBuf(noted.object()).map(List::of).orElse(List.of()), noted);
            case RESTORE -> {
                revoking.remove(noted.object());
                dmaBuf(noted.object()).ifPresent(ended::remove);
            }
            case RESET, DISABLE -> {
                List<DmaBuf> shown = run.exporters().live(noted.object());
                inFlight(shown, noted);
                if (noted.action() == Action.DISABLE) {
                    shown.stream()
                            .flatMap(dmaBuf -> dmaBuf.attachments().stream())
                            .filter(attachment -> attachment.mapping().isPresent())
                            .forEach(attachment -> causes.loosened(attachment.name(), noted.event()));
                }
            }
            default -> {}
        }
    }

    private void mapped(Noted noted) {
        causes.fastened(noted.object());
        run.handles().exported().stream()
                .flatMap(dmaBuf -> dmaBuf.attachments().stream())
                .filter(attachment -> attachment.name().equals(noted.object()))
                .forEach(attachment -> {
                    Mapped now = mapped(attachment, attachment.mappings());
                    if (attachment.mapping().isPresent() && showsMore(attachment, now)) {
                        causes.loosened(attachment.name(), noted.event());
                    }
                });
    }

    private boolean showsMore(Attachment attachment, Mapped now) {
        return Piece.of(
                        run.dmaMap(),
                        attachment,
                        attachment.mapping().orElseThrow().entries())
                .stream()
                .anyMatch(piece -> !now.exports(piece.memory()));
    }

    private Optional<DmaBuf> dmaBuf(String name) {
        return run.handles().exported().stream()
                .filter(dmaBuf -> dmaBuf.name().equals(name))
                .findFirst();
    }

    private void inFlight(List<DmaBuf> dmaBufs, Noted noted) {
        running.stream()
                .filter(journey -> dmaBufs.contains(journey.attachment().dmaBuf()))
                .forEach(journey -> journey.accessEnds(noted.event(), noted.at()));
    }

    /** Finds out whose access has ended by now, and which mappings show what is somebody else's. */
    private void follow() {
        revoking.entrySet().removeIf(entry -> {
            boolean returned = run.kernel().kernel().waiting().stream()
                    .noneMatch(task -> task.name().equals(entry.getValue()) && isRevoking(task));
            if (returned) {
                dmaBuf(entry.getKey())
                        .ifPresent(
                                dmaBuf -> ended.putIfAbsent(dmaBuf, run.engine().now()));
            }
            return returned;
        });
        run.exporters().vfio().forEach((name, device) -> followDevice(device));
        if (comparedAt == run.memory().changes()) {
            return;
        }
        comparedAt = run.memory().changes();
        mapped.keySet().forEach(attachment -> {
            if (attachment.mapping().isPresent()
                    && !ownedAsThen(
                            attachment,
                            mapped(attachment, attachment.newestMapping()).owners())) {
                causes.loosened(attachment.name(), causes.newestLine());
            }
        });
    }

    private static boolean isRevoking(Task<?> task) {
        return task.waitsFor().filter(wait -> wait.kind() != Wait.Kind.RESET).isPresent();
    }

    private boolean ownedAsThen(Attachment attachment, OwnedMemory then) {
        return attachment.dmaBuf().exporter().ranges(attachment.dmaBuf()).stream()
                .allMatch(range -> run.memory().ownedAsIn(then, range));
    }

    /** Whether its driver says so or not: while memory is disabled or the function is in reset, nobody may come. */
    private void followDevice(VfioPci device) {
        boolean access = device.isMemoryEnabled() && !device.isResetting();
        for (DmaBuf dmaBuf : device.dmaBufs()) {
            if (access && !device.isRevoked(dmaBuf)) {
                ended.remove(dmaBuf);
            } else if (!access && device.isOpen() && !revoking.containsKey(dmaBuf.name())) {
                ended.putIfAbsent(dmaBuf, run.engine().now());
            }
        }
    }

    /** Since when access to a dma-buf has ended; empty if it has not. */
    OptionalLong endedSince(DmaBuf dmaBuf) {
        Long since = ended.get(dmaBuf);
        return since == null ? OptionalLong.empty() : OptionalLong.of(since);
    }

    /** The device whose BAR has an address; empty for memory of the host. */
    Optional<String> deviceAt(AddressRange range) {
        for (String name : run.world().plan().addresses().keySet()) {
            Optional<PciFunction> function = run.world()
                    .seenAddress(name)
                    .map(address -> run.world().seen().function(address));
            if (function.isPresent()
                    && function.get().bars().stream().map(Bar::range).anyMatch(range::overlaps)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    /** Whether somebody takes requests to some memory. */
    boolean answers(AddressRange range) {
        return assigned.stream().anyMatch(range::overlaps)
                || deviceAt(range).map(run.exporters()::decodes).orElse(!isUnclaimed(range));
    }

    /** Whether a range lies where bridges route to functions, and none of them has a BAR there. */
    boolean isUnclaimed(AddressRange range) {
        return run.world().seen().hostBridges().stream()
                        .flatMap(bridge -> bridge.windows().stream())
                        .anyMatch(window -> window.range().overlaps(range))
                && run.world().seen().functions().stream()
                        .flatMap(function -> function.bars().stream())
                        .noneMatch(bar -> bar.range().overlaps(range));
    }

    /** The dma-buf that shows some memory; that of the attachment rather than another. */
    String where(AddressRange range, DmaBuf first) {
        if (shows(first, range)) {
            return first.name();
        }
        return run.handles().exported().stream()
                .filter(dmaBuf -> shows(dmaBuf, range))
                .map(DmaBuf::name)
                .findFirst()
                .orElse(Expectation.Dma.ELSEWHERE);
    }

    private static boolean shows(DmaBuf dmaBuf, AddressRange range) {
        return dmaBuf.life() != DmaBuf.Life.GONE
                && Stream.concat(dmaBuf.exporter().ranges(dmaBuf).stream(), dmaBuf.exporter().leaving(dmaBuf).stream())
                        .anyMatch(shown -> shown.contains(range));
    }

    /** A check has found something about a DMA, so many times alike; or about what is done to memory. */
    void broken(Violation violation, long times) {
        broken(violation, times, run.engine().now(), causes.newest());
    }

    /**
     * A check at the end of the run has found something.
     *
     * @param by index of the event whose effect it is; the newest one if absent
     */
    void brokenAtEnd(Violation violation, long at, OptionalInt by) {
        broken(violation, 1, at, by.orElseGet(causes::newest));
    }

    /**
     * Somebody waits for ever, which others are to blame for.
     *
     * @param by index of the event whose effect it is; the newest one if absent
     */
    void stuck(Violation violation, List<String> others, long at, OptionalInt by) {
        int enabling = others.stream()
                .map(other -> causes.enabling(
                        new Violation(violation.invariant(), other, violation.detail()),
                        dmaBufOf(other),
                        Optional.empty()))
                .findFirst()
                .orElseGet(causes::newest);
        causes.stuck(enabling);
        run.watch().broken(violation, others, 1, at, by.orElseGet(causes::newest), enabling);
    }

    private void broken(Violation violation, long times, long at, int by) {
        run.watch().broken(violation, List.of(), times, at, by, enabling(violation));
    }

    /** A DMA has broken something, so many times alike. */
    void brokenByDma(Violation violation, long times, long at, int line) {
        run.watch().brokenByDma(violation, times, at, line, enabling(violation));
    }

    private int enabling(Violation violation) {
        Optional<String> dmaBuf = dmaBufOf(violation.object());
        Optional<String> device =
                dmaBuf.flatMap(this::dmaBuf).map(run.exporters()::device).or(() -> Optional.of(violation.object()));
        return causes.enabling(violation, dmaBuf, device);
    }

    /** The dma-buf that an object is, is of, or is the memory of. */
    private Optional<String> dmaBufOf(String object) {
        return run.handles().exported().stream()
                .map(DmaBuf::name)
                .filter(name -> object.equals(name) || object.startsWith(name + "/"))
                .findFirst()
                .or(() -> run.handles().exported().stream()
                        .filter(dmaBuf -> dmaBuf.exporter() instanceof GpuBuffer buffer
                                && buffer.name().equals(object))
                        .map(DmaBuf::name)
                        .findFirst())
                .or(() -> run.handles().regions().values().stream()
                        .flatMap(made -> made.object().stream())
                        .filter(region -> region.name().equals(object))
                        .map(region -> region.attachment().dmaBuf().name())
                        .findFirst());
    }
}
