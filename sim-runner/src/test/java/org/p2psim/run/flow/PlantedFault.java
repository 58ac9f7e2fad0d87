package org.p2psim.run.flow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.engine.Phase;
import org.p2psim.transaction.TlpKind;

/**
 * Mistakes that somebody could make in what follows from a decision. Not among them: decisions that come too early, or
 * once too often. They are no mistake, as a channel that has nothing to do decides nothing.
 */
enum PlantedFault {
    /** As if a head had to have been eligible before the instant of the decision: {@code <} for {@code <=}. */
    ELIGIBLE_ONE_TICK_LATE(engine -> new KnownTimes(engine, false) {
        @Override
        void eligible(Tlp tlp, Channel next, long at) {
            super.eligible(tlp, next, at + 1);
        }
    }),
    CREDITS_BACK_ONE_TICK_EARLY(engine -> new KnownTimes(engine, false) {
        @Override
        void credits(Channel channel, int tlpClass, int headerUnits, int dataUnits, long at) {
            super.credits(channel, tlpClass, headerUnits, dataUnits, at - 1);
        }
    }),
    CREDITS_FREE_AT_THE_DECISION(engine -> new KnownTimes(engine, false) {
        @Override
        void freed(Receiver receiver, int tlpClass, int dataUnits, long at) {
            super.freed(receiver, tlpClass, dataUnits, now());
        }
    }),
    CREDITS_OF_ONE_TLP_TOO_MANY(engine -> new KnownTimes(engine, false) {
        @Override
        void credits(Channel channel, int tlpClass, int headerUnits, int dataUnits, long at) {
            super.credits(channel, tlpClass, headerUnits + 1, dataUnits, at);
        }
    }),
    NOBODY_WAKES_FOR_CREDITS(engine -> new KnownTimes(engine, false) {
        @Override
        void freed(Receiver receiver, int tlpClass, int dataUnits, long at) {
            receiver.addFreed(tlpClass, dataUnits, at);
        }
    }),
    ACKS_TAKE_NO_WIRE(engine -> new KnownTimes(engine, false) {
        @Override
        void received(Receiver receiver, long at) {}
    }),
    /** So one that is due together with a TLP goes after it. */
    ACKS_ONE_TICK_LATE(engine -> new KnownTimes(engine, false) {
        @Override
        void received(Receiver receiver, long at) {
            super.received(receiver, at + 1);
        }
    }),
    TAG_BACK_AT_THE_DECISION(engine -> new KnownTimes(engine, false) {
        @Override
        void tagBack(TagPool tags, long at, int bytes) {
            super.tagBack(tags, now(), bytes);
        }
    }),
    /** A completer answers in the order in which reads were let go, not in that of their arrival. */
    READS_IN_ORDER_OF_DECISION(engine -> new KnownTimes(engine, false) {
        private final Map<Channel, Long> last = new HashMap<>();

        @Override
        void arrives(Tlp tlp, long at) {
            long ordered = tlp.kind == TlpKind.MEM_READ
                    ? last.merge(
                            Objects.requireNonNull(tlp.flow.way().completion()).channel(0), at, Math::max)
                    : at;
            super.arrives(tlp, ordered);
        }
    }),
    /** TLPs of one class leave a buffer as they are ready, not as they came. */
    BUFFER_NOT_FIRST_IN_FIRST_OUT(engine -> new KnownTimes(engine, false) {
        @Override
        void eligible(Tlp tlp, Channel next, long at) {
            super.eligible(tlp, next, at);
            TlpQueue queue = tlp.path
                    .channel(tlp.step - 1)
                    .receiver()
                    .queue(tlp.tlpClass)
                    .tlps();
            List<Tlp> all = new ArrayList<>();
            while (!queue.isEmpty()) {
                all.add(queue.remove());
            }
            all.sort((one, other) -> Long.compare(one.eligible, other.eligible));
            all.forEach(queue::add);
        }
    }),
    /** What changes at an instant is seen only after it. */
    DECISION_BEFORE_THE_CHANGES_OF_ITS_INSTANT(engine -> new KnownTimes(engine, false) {
        @Override
        void poke(Channel channel, long at) {
            super.poke(channel, Math.max(at, now() + 1));
        }
    }),
    /** A read that is refused stops its flow after the decisions of that instant. */
    STOPPED_AFTER_THE_DECISIONS(engine -> new KnownTimes(engine, false) {
        private final int late = engine.handler(this::stop);

        @Override
        void stop(Flow flow, long at) {
            engine.at(at, Phase.DECISION, late, flow.number);
        }
    }),
    RUNS_AHEAD_ACROSS_EVENTS(engine -> new KnownTimes(engine, false) {
        @Override
        long horizon() {
            return super.horizon() == 0 ? 0 : Long.MAX_VALUE / 8;
        }
    }),
    /** A flow goes on in blocks though others have a part in its way, or have left DLLPs to send. */
    BLOCKS_OF_FLOWS_THAT_ARE_NOT_ALONE(engine -> new KnownTimes(engine, false) {
        @Override
        @Nullable
        Convoy convoy(Channel first) {
            return running().stream()
                    .filter(flow -> flow.way().request().channel(0) == first)
                    .findFirst()
                    .flatMap(flow -> Convoy.of(this, flow))
                    .orElse(null);
        }
    }),
    TELLS_AGAIN_ACROSS_EVENTS(engine -> new KnownTimes(engine, false) {
        @Override
        long nextTime() {
            return Long.MAX_VALUE / 8;
        }
    }),
    SKIPS_ACROSS_EVENTS(engine -> new KnownTimes(engine, true) {
        @Override
        long nextTime() {
            return Long.MAX_VALUE / 8;
        }
    }),
    /** What is on its way keeps its old place in all skips but the first. */
    SKIPS_WITH_ONE_NUMBER(engine -> new KnownTimes(engine, true) {
        @Override
        long nextSkip() {
            return 1;
        }
    });

    final Function<Engine, Progress> progress;

    PlantedFault(Function<Engine, Progress> progress) {
        this.progress = progress;
    }

    boolean isAboutSkipping() {
        return compareTo(TELLS_AGAIN_ACROSS_EVENTS) >= 0;
    }
}
