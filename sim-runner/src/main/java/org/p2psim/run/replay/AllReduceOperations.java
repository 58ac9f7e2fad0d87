package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.p2psim.outcome.Failure;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaRequest;
import org.p2psim.run.flow.LatencyRecorder;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Ticks;

/**
 * All-reduce around a ring: N - 1 steps that reduce and N - 1 that gather, in each of which every member writes one of
 * N chunks to the member on its right. A member goes on when the chunk of the step before is there from its left, and
 * its own is out. Adding up takes no time here.
 */
final class AllReduceOperations {
    private final RunState run;
    private final Ways ways;
    private final TrafficOperations traffic;

    AllReduceOperations(RunState run, Ways ways, TrafficOperations traffic) {
        this.run = run;
        this.ways = ways;
        this.traffic = traffic;
    }

    void start(Line line, DmaOperation.AllReduce op) {
        run.kernel().begin(line, "ring of " + String.join(", ", op.members()));
        new Ring(line, op).begin();
    }

    /** One all-reduce under way. */
    private final class Ring {
        private final Line line;
        private final int size;
        private final long bytes;
        private final long begun = run.engine().now();
        private final List<Member> members = new ArrayList<>();
        private final Failures failures;
        private int unfinished;
        private long lost;

        Ring(Line line, DmaOperation.AllReduce op) {
            this.line = line;
            this.size = op.members().size();
            this.bytes = op.size();
            this.unfinished = size;
            this.failures = new Failures(run, ways, line);
            for (int i = 0; i < size; i++) {
                String right = op.members().get((i + 1) % size);
                traffic.cautionIfRefused(op.members().get(i), right);
                long base = traffic.largestBar(right).base();
                members.add(new Member(this, i, ways.way(op.members().get(i), right, false), base));
            }
        }

        void begin() {
            members.forEach(Member::tryNext);
        }

        int steps() {
            return 2 * (size - 1);
        }

        /** Where a chunk begins; the last one ends where all do. */
        long offset(int chunk) {
            return chunk == size ? bytes : bytes / size * chunk;
        }

        Member right(Member member) {
            return members.get((member.index + 1) % size);
        }

        void finished() {
            if (--unfinished > 0) {
                return;
            }
            long ticks = run.engine().now() - begun;
            long moved = Math.round(2.0 * (size - 1) / size * bytes);
            run.kernel()
                    .ended(
                            line,
                            "%s, bus bandwidth %s (2(N-1)/N x size / time)"
                                    .formatted(Ticks.format(ticks), new Bandwidth(moved, ticks)));
            LatencyRecorder all = new LatencyRecorder();
            members.forEach(member -> member.steps.forEach(all::record));
            Member first = members.get(0);
            long arrived = Math.max(0, moved - Math.round((double) lost / size));
            run.recorder()
                    .transfer(first.way.outcome(
                            line.lane(),
                            "all-reduce",
                            moved,
                            arrived,
                            begun,
                            run.engine().now(),
                            all.latency(),
                            failures));
        }
    }

    /** One member of a ring, which sends to the one on its right. */
    private final class Member {
        private final Ring ring;
        private final int index;
        private final Ways.Way way;
        private final long base;
        private final List<Long> steps = new ArrayList<>();
        private int sent;
        private int received;
        private boolean sending;

        Member(Ring ring, int index, Ways.Way way, long base) {
            this.ring = ring;
            this.index = index;
            this.way = way;
            this.base = base;
        }

        /** Begins the next step as soon as the data of the one before is there. */
        void tryNext() {
            if (sending || sent == ring.steps() || received < sent) {
                return;
            }
            sending = true;
            int chunk = Math.floorMod(index - sent, ring.size);
            long from = ring.offset(chunk);
            long length = ring.offset(chunk + 1) - from;
            Requests requests = new Requests.Bulk(ImmutableList.of(new DmaRequest.Segment(base + from, length)));
            String name = "%s %s step %d".formatted(ring.line.lane(), way.initiator(), sent);
            long begun = run.engine().now();
            run.network().start(ways.request(name, way, requests, address -> true), new DmaListener() {
                @Override
                public void landed(long at, long address, int bytes, long issued) {
                    if (!run.exporters().decodes(way.target())) {
                        ring.lost += bytes;
                        ring.failures.add(Failure.DROPPED, at, "%s does not answer".formatted(way.target()));
                    }
                }

                @Override
                public void failed(Failure how, long at, long address, int bytes, long issued) {
                    ring.lost += how == Failure.POISONED ? 0 : bytes;
                    ring.failures.add(how, at, address, way);
                }

                @Override
                public void done() {
                    steps.add(run.engine().now() - begun);
                    arrived();
                }
            });
        }

        /** Its chunk is with its neighbour. */
        private void arrived() {
            sending = false;
            sent++;
            Member right = ring.right(this);
            right.received++;
            right.tryNext();
            if (sent == ring.steps()) {
                ring.finished();
            } else {
                tryNext();
            }
        }
    }
}
