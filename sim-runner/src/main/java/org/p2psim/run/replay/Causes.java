package org.p2psim.run.replay;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.dmabuf.Journal.Action;
import org.p2psim.dmabuf.Journal.Circumstance;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.Violation;
import org.p2psim.outcome.Event;
import org.p2psim.run.kernel.Line;
import org.p2psim.run.kernel.Noted;
import org.p2psim.run.watch.Recorder;

/** Which events took a protection away: what made it possible that an invariant broke later. */
final class Causes {
    private static final ImmutableSet<Invariant> FOLLOWS_FROM_A_MOVE = ImmutableSet.of(
            Invariant.OWNER_AS_MAPPED,
            Invariant.REUSE_WAITS,
            Invariant.TRANSLATION_INSIDE_MAPPING,
            Invariant.NEW_MAPPING_WAITS,
            Invariant.GPU_PLACED);

    private final RunState run;
    private final Recorder recorder;
    private final Map<Action, Map<String, Integer>> newest = new HashMap<>();
    private final Map<String, Integer> loosened = new HashMap<>();
    /** Of dma-bufs that the CPU has begun to access more often than it has ended that: how often, and since when. */
    private final Map<String, Bracket> brackets = new HashMap<>();

    /** Attachments that were detached before they had unmapped, and when: all that breaks there later follows from that. */
    private final Map<String, Integer> abandoned = new HashMap<>();

    /** Attachments that were unpinned more often than pinned, and when first: from then on others' pins hold nothing. */
    private final Map<String, Integer> overUnpinned = new HashMap<>();

    /** What made it possible that somebody waits for ever: whatever is never given back follows from that. */
    private OptionalInt stuck = OptionalInt.empty();

    private record Bracket(int depth, int event) {}

    Causes(RunState run) {
        this.run = run;
        this.recorder = run.recorder();
    }

    void read(Noted noted) {
        Map<String, Integer> events = newest.computeIfAbsent(noted.action(), action -> new HashMap<>());
        if (noted.action() == Action.LEAK) {
            events.putIfAbsent(noted.object(), noted.event());
        } else {
            events.put(noted.object(), noted.event());
        }
        if (noted.action() == Action.BEGIN_CPU_ACCESS) {
            bracket(noted, 1);
        } else if (noted.action() == Action.END_CPU_ACCESS) {
            bracket(noted, -1);
        } else if (noted.entry().is(Circumstance.NOT_PINNED)) {
            overUnpinned.putIfAbsent(noted.object(), noted.event());
        } else if (noted.entry().is(Circumstance.STILL_MAPPED)) {
            abandoned.put(noted.object(), noted.event());
        } else if (noted.action() == Action.VUNMAP) {
            newest.getOrDefault(Action.VMAP, new HashMap<>()).remove(noted.object());
        }
    }

    private void bracket(Noted noted, int step) {
        brackets.merge(
                noted.object(),
                new Bracket(step, noted.event()),
                (before, first) ->
                        new Bracket(before.depth() + step, before.depth() == 0 ? first.event() : before.event()));
    }

    /** The line that took the first of the locks whose order another one turns round. */
    private OptionalInt firstOfCycle(String classes) {
        return run.kernel().kernel().lockOrder().inversions().stream()
                .filter(inversion -> inversion.classes().toString().equals(classes))
                .flatMap(inversion -> run.kernel().line(inversion.cause()).stream())
                .mapToInt(Line::event)
                .findFirst();
    }

    private OptionalInt unbalanced(String dmaBuf) {
        Bracket bracket = brackets.get(dmaBuf);
        return bracket == null || bracket.depth() == 0
                ? first(of(Action.VMAP, dmaBuf), of(Action.CALLBACK_LEFT, dmaBuf))
                : OptionalInt.of(bracket.event());
    }

    /** From this event on, whoever uses a mapping may hit what is not meant for him; only the first one counts. */
    void loosened(String attachment, int event) {
        loosened.putIfAbsent(attachment, event);
    }

    /** Somebody waits for ever, because of this event. */
    void stuck(int event) {
        if (stuck.isEmpty()) {
            stuck = OptionalInt.of(event);
        }
    }

    /** It is mapped anew. */
    void fastened(String attachment) {
        loosened.remove(attachment);
    }

    /**
     * Index of the first earlier event that made a violation possible.
     *
     * @param dmaBuf that it is about, if it is about one
     * @param device of that dma-buf
     */
    int enabling(Violation violation, Optional<String> dmaBuf, Optional<String> device) {
        String object = violation.object();
        Integer detached = abandoned.get(object);
        if (detached != null) {
            return detached;
        }
        OptionalInt loose = FOLLOWS_FROM_A_MOVE.contains(violation.invariant()) && isPinned(object)
                ? earliest(overUnpinned, dmaBuf)
                : OptionalInt.empty();
        if (loose.isPresent()) {
            return loose.getAsInt();
        }
        OptionalInt found = switch (violation.invariant()) {
            case NO_WRITE_AFTER_REVOKE ->
                first(of(Action.REVOKE, dmaBuf), of(Action.RESET, device), of(Action.DISABLE, device));
            case PINNED_STAYS, PINNED_CHARGED ->
                first(earliest(overUnpinned, dmaBuf), earliest(abandoned, dmaBuf), of(Action.MOVE, dmaBuf));
            case PUBLISHED_LAST -> of(Action.INSTALL, dmaBuf);
            case REFUSED_VISIBLY -> newest(Action.KEY_FREED);
            case NO_LANDING_AFTER_UNMAP -> of(Action.UNMAP, object);
            case OWNER_AS_MAPPED, REUSE_WAITS ->
                first(
                        Optional.ofNullable(loosened.get(object))
                                .map(OptionalInt::of)
                                .orElseGet(OptionalInt::empty),
                        of(Action.DISABLE, device),
                        of(Action.REVOKE, dmaBuf),
                        of(Action.MOVE, dmaBuf));
            case ONE_OWNER ->
                first(
                        line("close-device", device),
                        line("drop-master", device),
                        of(Action.RELEASE, dmaBuf),
                        line("close-device", newestLane()));
            case ATTACHED_MEANS_REFERENCED -> isAttachment(object) ? line("close-device", device) : OptionalInt.empty();
            case LOCK_ORDER -> firstOfCycle(object);
            case CPU_BALANCED -> unbalanced(object);
            case LIVE_KEYS_ONLY -> of(Action.KEY_FREED, object);
            case RELEASED_UNMAPPED -> of(Action.RELEASE, dmaBuf);
            case NEW_MAPPING_WAITS -> of(Action.MOVE, dmaBuf);
            case PEER_TO_PEER_ALLOWED -> first(of(Action.MAP, object), of(Action.ATTACH, object));
            case REVOKE_ENDS -> first(of(Action.ATTACH, object), of(Action.REVOKE, dmaBuf));
            case REGISTRATIONS_COUNTED -> stuck;
            case PREDICTABLE -> of(Action.INVALIDATE, object);
            case TRANSLATION_INSIDE_MAPPING ->
                first(of(Action.REVOKE, dmaBuf), of(Action.MOVE, dmaBuf), of(Action.RESTORE, dmaBuf));
            case NO_MAPPING_WHILE_REVOKED, USABLE_WHEN_ENABLED, REVOKED_MEANS_DISABLED ->
                first(of(Action.RESTORE, dmaBuf), of(Action.REVOKE, dmaBuf), of(Action.EXPORT, dmaBuf));
            case NOTHING_LEAKED -> first(of(Action.LEAK, object), stuck);
            case GPU_PLACED -> first(of(Action.MAP, object), of(Action.CORE_MAP, object));
            case KEY_RESERVED -> first(of(Action.KEY_FREED, object), of(Action.KEY_INVALIDATED, object));
            default -> OptionalInt.empty();
        };
        return found.orElseGet(this::newest);
    }

    /** The first of such events at any attachment of a dma-buf: one importer's mistake is what others suffer from. */
    private static OptionalInt earliest(Map<String, Integer> ofAttachments, Optional<String> dmaBuf) {
        return dmaBuf.stream()
                .flatMap(name -> ofAttachments.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith(name + "/")))
                .mapToInt(Map.Entry::getValue)
                .min();
    }

    /** Whether an object is an attachment that is pinned, or the region of one. */
    private boolean isPinned(String object) {
        return run.handles().exported().stream()
                        .flatMap(dmaBuf -> dmaBuf.attachments().stream())
                        .anyMatch(attachment -> attachment.name().equals(object) && attachment.isPinned())
                || run.handles()
                        .region(object)
                        .filter(region -> region.attachment().isPinned())
                        .isPresent();
    }

    /** Whatever it was done to. */
    private OptionalInt newest(Action action) {
        return newest.getOrDefault(action, Map.of()).values().stream()
                .mapToInt(Integer::intValue)
                .max();
    }

    private OptionalInt of(Action action, Optional<String> object) {
        return object.map(name -> of(action, name)).orElseGet(OptionalInt::empty);
    }

    private OptionalInt of(Action action, String object) {
        Integer event = newest.getOrDefault(action, Map.of()).get(object);
        return event == null ? OptionalInt.empty() : OptionalInt.of(event);
    }

    /** The newest line of the timeline that does something to an object. */
    private OptionalInt line(String what, Optional<String> lane) {
        for (int i = recorder.newest(); i >= 0; i--) {
            Event event = recorder.event(i);
            if (event.kind() == Event.Kind.DONE
                    && event.what().equals(what)
                    && lane.equals(Optional.of(event.lane()))) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    private Optional<String> newestLane() {
        int event = newest();
        return event < 0 ? Optional.empty() : Optional.of(recorder.event(event).lane());
    }

    private static boolean isAttachment(String object) {
        return object.contains("/");
    }

    private static OptionalInt first(OptionalInt... events) {
        for (OptionalInt event : events) {
            if (event.isPresent()) {
                return event;
            }
        }
        return OptionalInt.empty();
    }

    /** Index of the line of the timeline that brought the newest event about, if one did; else of that event. */
    int newestLine() {
        int event = newest();
        return event < 0
                ? event
                : run.kernel()
                        .line(recorder.event(event).operation())
                        .map(Line::event)
                        .orElse(event);
    }

    /** Index of the newest event that is no violation, -1 if there is none. */
    int newest() {
        for (int i = recorder.newest(); i >= 0; i--) {
            if (recorder.event(i).kind() != Event.Kind.VIOLATION
                    && recorder.event(i).kind() != Event.Kind.WAIT) {
                return i;
            }
        }
        return -1;
    }
}
