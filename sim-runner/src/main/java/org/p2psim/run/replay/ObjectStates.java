package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.invariant.VfioChecks;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.ObjectOutcome.Kind;
import org.p2psim.outcome.ObjectOutcome.State;
import org.p2psim.outcome.ObjectOutcome.Use;

/** Writes down which states devices, and what is exported, mapped and registered, go through: looked at after every event. */
final class ObjectStates {
    private static final Seen MAPPED = new Seen("mapped", Use.USABLE, List.of());
    private static final Seen DETACHED = new Seen("detached", Use.GONE, List.of());
    private static final Seen ABANDONED = new Seen("detached, still mapped", Use.CONTRADICTED, List.of());

    private record Seen(String name, Use use, List<String> broken) {}

    /** A dma-buf and a region may have the same name. */
    private record Key(Kind kind, String name) {}

    private static final class Followed {
        private final Kind kind;
        private final Optional<String> parent;
        private final List<State> states = new ArrayList<>();
        private Seen last;
        private long since;

        Followed(Kind kind, Optional<String> parent, Seen first, long at) {
            this.kind = kind;
            this.parent = parent;
            this.last = first;
            this.since = at;
        }

        void see(Seen seen, long at) {
            if (!seen.equals(last)) {
                end(at);
                last = seen;
                since = at;
            }
        }

        /** A state that lasted no time is none. */
        void end(long at) {
            if (at > since) {
                states.add(new State(since, at, last.name(), last.use(), last.broken()));
            }
        }
    }

    private final RunState run;
    private final Landings landings;
    private final Map<Key, Followed> followed = new LinkedHashMap<>();
    private final Map<String, Attachment> attachments = new LinkedHashMap<>();

    ObjectStates(RunState run, Landings landings) {
        this.run = run;
        this.landings = landings;
        run.kernel().checks(this::look);
    }

    private void look() {
        Exporters exporters = run.exporters();
        exporters.vfio().forEach((name, device) -> see(name, Kind.DEVICE, Optional.empty(), device(name, device)));
        exporters
                .habanalabs()
                .forEach((name, device) -> see(name, Kind.DEVICE, Optional.empty(), device(name, device)));
        exporters.gpus().keySet().forEach(name -> see(name, Kind.DEVICE, Optional.empty(), present(name)));
        run.handles().exported().forEach(this::dmaBuf);
        attachments
                .values()
                .forEach(attachment -> see(
                        attachment.name(),
                        Kind.ATTACHMENT,
                        Optional.of(attachment.dmaBuf().name()),
                        attachment(attachment)));
        run.handles().regions().forEach((name, made) -> made.object().ifPresent(region -> region(name, region)));
        run.handles()
                .queuePairs()
                .forEach((name, made) ->
                        made.object().ifPresent(pair -> see(name, Kind.QUEUE_PAIR, Optional.empty(), queuePair(pair))));
    }

    private boolean isFollowed(String owner) {
        return followed.containsKey(new Key(Kind.MEMORY_REGION, owner))
                || followed.containsKey(new Key(Kind.ATTACHMENT, owner));
    }

    private void see(String name, Kind kind, Optional<String> parent, Seen seen) {
        long now = run.engine().now();
        followed.computeIfAbsent(new Key(kind, name), key -> new Followed(kind, parent, seen, now))
                .see(seen, now);
    }

    private Seen present(String name) {
        return run.exporters().isGone(name)
                ? new Seen("gone", Use.GONE, List.of())
                : new Seen("present", Use.USABLE, List.of());
    }

    private Seen device(String name, VfioPci device) {
        if (run.exporters().isGone(name)) {
            return present(name);
        }
        if (device.isResetting()) {
            return new Seen("resetting", Use.CHANGING, List.of());
        }
        if (!device.isOpen()) {
            return new Seen("closed", Use.DENIED, List.of());
        }
        return device.decodes()
                ? new Seen("open, decoding", Use.USABLE, List.of())
                : new Seen("open, memory disabled", Use.DENIED, List.of());
    }

    private Seen device(String name, Habanalabs device) {
        if (run.exporters().isGone(name)) {
            return present(name);
        }
        if (device.file().isResetting()) {
            return new Seen("resetting", Use.CHANGING, List.of());
        }
        String user = device.file().user().map(owner -> "open by " + owner).orElse("closed");
        return new Seen(device.file().isScrubbing() ? user + ", being cleared" : user, Use.USABLE, List.of());
    }

    private void dmaBuf(DmaBuf dmaBuf) {
        String device = run.exporters().device(dmaBuf);
        see(
                dmaBuf.name(),
                Kind.DMA_BUF,
                Optional.of(device),
                state(dmaBuf, run.exporters().vfio(device)));
        dmaBuf.attachments().forEach(attachment -> attachments.put(attachment.name(), attachment));
    }

    private Seen state(DmaBuf dmaBuf, Optional<VfioPci> vfio) {
        if (dmaBuf.life() != DmaBuf.Life.LIVE) {
            return new Seen("released", Use.GONE, List.of());
        }
        boolean revoked = run.exporters().isRevoked(dmaBuf);
        boolean marked = vfio.map(device -> device.isMarkedRevoked(dmaBuf)).orElse(false);
        List<String> broken = vfio.map(device -> broken(device, dmaBuf)).orElse(List.of());
        if (marked != revoked) {
            return new Seen(
                    marked ? "marked revoked, maps allowed" : "not marked revoked, maps refused",
                    revoked ? Use.DENIED : Use.CONTRADICTED,
                    broken);
        }
        return revoked ? new Seen("revoked", Use.DENIED, broken) : new Seen("exported", Use.USABLE, broken);
    }

    /** While an event of the device is under way, nothing has to hold. */
    private static List<String> broken(VfioPci device, DmaBuf dmaBuf) {
        return device.isBusy()
                ? List.of()
                : VfioChecks.check(device).stream()
                        .filter(violation -> violation.object().equals(dmaBuf.name()))
                        .map(violation -> violation.invariant().id())
                        .sorted()
                        .toList();
    }

    private static Seen attachment(Attachment attachment) {
        if (!attachment.dmaBuf().attachments().contains(attachment)) {
            return attachment.mapping().isPresent() ? ABANDONED : DETACHED;
        }
        return switch (attachment.mappingState()) {
            case VALID -> MAPPED;
            case STALE -> new Seen("stale: notified, still mapped", Use.IDLE, List.of());
            case NONE -> new Seen(attachment.isPinned() ? "pinned" : "attached", Use.IDLE, List.of());
        };
    }

    private void region(String name, MemoryRegion region) {
        Use use = switch (region.state()) {
            case INIT, ZAPPED -> Use.IDLE;
            case ACTIVE -> Use.USABLE;
            case REVOKED -> Use.DENIED;
            case GONE -> Use.GONE;
        };
        String state = region.state() == MemoryRegion.State.GONE
                ? "deregistered"
                : region.state().name().toLowerCase(Locale.ROOT);
        Optional<String> parent = Optional.ofNullable(followed.get(new Key(Kind.MEMORY_REGION, name)))
                .map(known -> known.parent)
                .orElseGet(() -> Optional.of(region.attachment().name()));
        see(name, Kind.MEMORY_REGION, parent, new Seen(state, use, List.of()));
    }

    private static Seen queuePair(QueuePair pair) {
        return pair.state() == QueuePair.State.RTS
                ? new Seen("ready", Use.USABLE, List.of())
                : new Seen("error", Use.DENIED, List.of());
    }

    /** All of them, ended where they did not end before. */
    ImmutableList<ObjectOutcome> outcomes(long end) {
        landings.dmas()
                .forEach((dma, attachment) -> followed.computeIfAbsent(
                        new Key(Kind.DMA, dma),
                        name -> new Followed(
                                Kind.DMA,
                                Optional.of(run.handles()
                                        .owner(attachment)
                                        .filter(this::isFollowed)
                                        .orElse(attachment.name())),
                                MAPPED,
                                end)));
        return followed.entrySet().stream()
                .map(entry -> outcome(entry.getKey().name(), Objects.requireNonNull(entry.getValue()), end))
                .collect(ImmutableList.toImmutableList());
    }

    private static ObjectOutcome outcome(String name, Followed object, long end) {
        object.end(end);
        return new ObjectOutcome(name, object.kind, object.parent, object.states);
    }
}
