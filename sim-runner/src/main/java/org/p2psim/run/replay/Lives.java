package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.outcome.ObjectOutcome;
import org.p2psim.outcome.ObjectOutcome.Kind;
import org.p2psim.outcome.ObjectOutcome.Use;
import org.p2psim.run.watch.InvariantWatch;

/** The states that objects go through, as they are after each event. */
final class Lives {
    private final RunState run;
    private final DeviceUsers users;
    private final Map<String, Life> lives = new LinkedHashMap<>();

    private record Phase(long start, String name, Use use) {}

    private record Life(String name, Kind kind, Optional<String> parent, List<Phase> phases) {}

    Lives(RunState run, DeviceUsers users) {
        this.run = run;
        this.users = users;
        run.kernel().checks(this::look);
    }

    private void look() {
        run.exporters().vfio().forEach(this::device);
        run.exporters().habanalabs().forEach(this::device);
        run.handles().allocations().values().stream()
                .flatMap(made -> made.object().stream())
                .forEach(this::memory);
        for (DmaBuf dmaBuf : run.handles().exported()) {
            dmaBuf(dmaBuf);
            dmaBuf.attachments().forEach(this::attachment);
        }
        lives.values().stream()
                .filter(life -> life.kind() == Kind.ATTACHMENT && !isAttached(life.name()))
                .toList()
                .forEach(life -> is(life.name(), life.kind(), life.parent(), "detached", Use.GONE));
        run.handles().regions().values().stream()
                .flatMap(made -> made.object().stream())
                .forEach(this::region);
        run.handles().queuePairs().values().stream()
                .flatMap(made -> made.object().stream())
                .forEach(this::queuePair);
    }

    private boolean isAttached(String name) {
        return run.handles().exported().stream()
                .flatMap(dmaBuf -> dmaBuf.attachments().stream())
                .anyMatch(attachment -> attachment.name().equals(name));
    }

    private void device(String name, VfioPci device) {
        if (run.exporters().isGone(name)) {
            is(name, Kind.DEVICE, Optional.empty(), "gone", Use.GONE);
        } else if (device.isResetting()) {
            is(name, Kind.DEVICE, Optional.empty(), "resetting", Use.CHANGING);
        } else if (!device.isHeld()) {
            is(name, Kind.DEVICE, Optional.empty(), "closed", Use.DENIED);
        } else {
            boolean decodes = device.decodes();
            is(
                    name,
                    Kind.DEVICE,
                    Optional.empty(),
                    decodes ? "decoding" : "memory disabled",
                    decodes ? Use.USABLE : Use.DENIED);
        }
    }

    private void device(String name, Habanalabs device) {
        if (run.exporters().isGone(name)) {
            is(name, Kind.DEVICE, Optional.empty(), "gone", Use.GONE);
        } else if (device.file().isResetting()) {
            is(name, Kind.DEVICE, Optional.empty(), "resetting", Use.CHANGING);
        } else if (device.file().isScrubbing()) {
            is(name, Kind.DEVICE, Optional.empty(), "cleared", Use.CHANGING);
        } else {
            Optional<String> user = device.file().user();
            String state = user.map(owner -> users.user(name).isPresent()
                            ? "open by " + owner
                            : "closed, context of %s lives".formatted(owner))
                    .orElse("closed");
            is(name, Kind.DEVICE, Optional.empty(), state, user.isPresent() ? Use.USABLE : Use.IDLE);
        }
    }

    private void memory(Allocation allocation) {
        Optional<String> parent = Optional.of(allocation.device());
        if (allocation.isFreed()) {
            is(allocation.handle(), Kind.MEMORY, parent, "freed", Use.GONE);
        } else if (allocation.buffer().isPresent()) {
            GpuBuffer buffer = allocation.buffer().get();
            boolean copied = buffer.copy().filter(copy -> !copy.isSignalled()).isPresent();
            String place = switch (buffer.place()) {
                case VISIBLE_VRAM -> "visible-vram";
                case HIDDEN_VRAM -> "vram";
                case GTT -> "system";
            };
            is(
                    allocation.handle(),
                    Kind.MEMORY,
                    parent,
                    copied ? "copied to " + place : place,
                    copied ? Use.CHANGING : Use.USABLE);
        } else {
            is(allocation.handle(), Kind.MEMORY, parent, "allocated", Use.USABLE);
        }
    }

    private void dmaBuf(DmaBuf dmaBuf) {
        Optional<String> parent = Optional.of(run.exporters().device(dmaBuf));
        if (dmaBuf.isReleased()) {
            is(dmaBuf.name(), Kind.DMA_BUF, parent, "released", Use.GONE);
        } else {
            boolean revoked = run.exporters().isRevoked(dmaBuf);
            is(
                    dmaBuf.name(),
                    Kind.DMA_BUF,
                    parent,
                    revoked ? "revoked" : "exported",
                    revoked ? Use.DENIED : Use.USABLE);
        }
    }

    private void attachment(Attachment attachment) {
        Optional<String> parent = Optional.of(attachment.dmaBuf().name());
        switch (attachment.mappingState()) {
            case NONE -> is(attachment.name(), Kind.ATTACHMENT, parent, "attached", Use.IDLE);
            case VALID -> is(attachment.name(), Kind.ATTACHMENT, parent, "mapped", Use.USABLE);
            case STALE -> is(attachment.name(), Kind.ATTACHMENT, parent, "stale", Use.DENIED);
        }
    }

    private void region(MemoryRegion region) {
        Optional<String> parent = Optional.of(region.attachment().name());
        String name = region.name();
        switch (region.state()) {
            case INIT -> {}
            case ACTIVE -> is(name, Kind.MEMORY_REGION, parent, "active", Use.USABLE);
            case ZAPPED -> is(name, Kind.MEMORY_REGION, parent, "zapped", Use.IDLE);
            case REVOKED -> is(name, Kind.MEMORY_REGION, parent, "revoked", Use.DENIED);
            case GONE -> is(name, Kind.MEMORY_REGION, parent, "deregistered", Use.GONE);
        }
    }

    private void queuePair(QueuePair pair) {
        boolean ready = pair.state() == QueuePair.State.RTS;
        is(pair.name(), Kind.QUEUE_PAIR, Optional.empty(), ready ? "ready" : "error", ready ? Use.USABLE : Use.DENIED);
    }

    private void is(String name, Kind kind, Optional<String> parent, String state, Use use) {
        Life life = lives.computeIfAbsent(kind + name, key -> new Life(name, kind, parent, new ArrayList<>()));
        List<Phase> phases = life.phases();
        int last = phases.size() - 1;
        long now = run.engine().now();
        if (last >= 0 && phases.get(last).name().equals(state)) {
            return;
        }
        if (last >= 0 && phases.get(last).start() == now) {
            phases.remove(last);
        }
        phases.add(new Phase(now, state, use));
    }

    /** Until the end of the run. */
    ImmutableList<ObjectOutcome> outcomes(long end, List<InvariantWatch.Break> breaks) {
        return lives.values().stream()
                .map(life -> new ObjectOutcome(life.name(), life.kind(), life.parent(), states(life, end, breaks)))
                .collect(ImmutableList.toImmutableList());
    }

    private static List<ObjectOutcome.State> states(Life life, long end, List<InvariantWatch.Break> breaks) {
        List<ObjectOutcome.State> states = new ArrayList<>();
        for (int i = 0; i < life.phases().size(); i++) {
            Phase phase = life.phases().get(i);
            boolean last = i + 1 == life.phases().size();
            long until = last
                    ? Math.max(end, phase.start())
                    : life.phases().get(i + 1).start();
            List<String> broken = breaks.stream()
                    .filter(found -> found.object().equals(life.name()))
                    .filter(found -> found.at() >= phase.start() && (last || found.at() < until))
                    .map(found -> found.invariant().id())
                    .toList();
            states.add(new ObjectOutcome.State(phase.start(), until, phase.name(), phase.use(), broken));
        }
        return states;
    }
}
