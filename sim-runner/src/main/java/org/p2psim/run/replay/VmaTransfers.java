package org.p2psim.run.replay;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.Violation;
import org.p2psim.outcome.Failure;
import org.p2psim.platform.Errno;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.Expectation;

/** DMA of importers through mappings of VMAs. */
final class VmaTransfers {
    private final RunState run;
    private final Ways ways;
    private final Transfers transfers;
    private final Landings landings;

    VmaTransfers(RunState run, Ways ways, Transfers transfers, Landings landings) {
        this.run = run;
        this.ways = ways;
        this.transfers = transfers;
        this.landings = landings;
    }

    void start(Line line, VmaMapping mapping, long offset, long size, boolean read) {
        long mapped = mapping.pages().size();
        boolean stopped = mapping.isInvalidated() && !run.kernel().kernel().has(Bug.NEVER_UNMAPS);
        boolean outside = offset < 0 || size <= 0 || offset > mapped || size > mapped - offset;
        if (!mapping.isLive() || stopped || outside) {
            run.kernel().begin(line, "");
            String why = !mapping.isLive()
                    ? "there is no mapping "
                    : stopped ? "its importer was told to give back " : "outside of ";
            run.kernel().refused(line, Optional.of(Errno.EINVAL), why + mapping.name());
            transfers.refused(line, mapping.importer(), mapping.device(), size, Optional.of(Errno.EINVAL));
            return;
        }
        Ways.Way way = ways.way(mapping.importer(), mapping.device(), read);
        mapping.dma().add(line.lane());
        Segment segment = new Segment(mapping.pages().base() + offset, size);
        run.network()
                .start(
                        ways.request(line.lane(), way, new Requests.Bulk(List.of(segment)), address -> true),
                        new Landing(
                                line, mapping, way, new OperationStream(run, ways, Optional.empty(), line, size, way)));
    }

    /** Judges each TLP when it lands. */
    private final class Landing implements DmaListener {
        private final Line line;
        private final VmaMapping mapping;
        private final Ways.Way way;
        private final OperationStream stream;
        private final Fate fate;

        Landing(Line line, VmaMapping mapping, Ways.Way way, OperationStream stream) {
            this.line = line;
            this.mapping = mapping;
            this.way = way;
            this.stream = stream;
            this.fate = landings.fate(line.lane());
        }

        @Override
        public void landed(long at, long address, int bytes, long issued) {
            AddressRange memory = new AddressRange(address, bytes);
            run.watch().checked(ImmutableSet.of(Invariant.PREDICTABLE), 1);
            if (!mapping.isLive()) {
                String what = "a %s through %s, which was given back".formatted(verb(), mapping.name());
                broken(at, what);
            } else if (mapping.isInvalidatedBefore(issued)) {
                String what = "a %s is issued through %s after it was invalidated".formatted(verb(), mapping.name());
                broken(at, what);
            }
            if (!landings.answers(memory)) {
                fate.dropped(bytes);
                stream.notTaken(at, address, bytes, issued);
                return;
            }
            fate.landed(owner(memory), Expectation.Dma.ELSEWHERE, bytes);
            if (way.read()) {
                fate.read(run.memory(), memory);
            } else {
                run.memory().write(memory, mapping.importer());
            }
            stream.landed(at, address, bytes, issued);
            if (!way.read()) {
                stream.finished(at, issued);
            }
        }

        private void broken(long at, String what) {
            landings.brokenByDma(new Violation(Invariant.PREDICTABLE, mapping.lane(), what), 1, at, line.event());
        }

        private String verb() {
            return way.read() ? "read" : "write";
        }

        private String owner(AddressRange memory) {
            return run.memory().owners(memory).stream()
                    .findFirst()
                    .map(each -> each.user())
                    .orElse(Expectation.Dma.NOBODY);
        }

        @Override
        public void completed(long at, long address, int bytes, long issued) {
            stream.completed(at, address, bytes, issued);
            stream.finished(at, issued);
        }

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            if (ways.isIommuFault(how, way)) {
                fate.blocked(bytes);
            } else if (how != Failure.POISONED) {
                fate.dropped(bytes);
            }
            stream.failed(how, at, address, bytes, issued);
        }

        @Override
        public void waitsForEver(long at) {
            stream.waitsForEver(at);
        }

        @Override
        public void done() {
            run.kernel().happens(line.operation(), "end of " + line.lane(), () -> {
                mapping.dma().remove(line.lane());
                stream.done();
            });
        }
    }
}
