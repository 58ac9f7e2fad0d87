package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.run.flow.DevicePort;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.flow.Stage;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Operation;
import org.p2psim.unit.Bytes;

/** Commands of NVMe drives: data comes from the media and is written to memory, or is read there and goes to the media. */
final class NvmeOperations {
    private static final long DEFAULT_REQUEST = 4 * Bytes.KIB;
    private static final int DEFAULT_DEPTH = 32;

    /** What the media takes at once; only how finely commands share it depends on it. */
    private static final int MEDIA_PACKET = 4096;

    private final RunState run;
    private final Ways ways;
    private final TrafficOperations traffic;
    private final HostBuffers buffers;
    private final Transfers transfers;
    private final Landings landings;
    private final Issuers issuers;

    /**
     * What a line asks for.
     *
     * @param line named as the commands are
     * @param write whether data goes to the media: the drive reads memory
     * @param memory an attachment, a token, a device or {@link Operation#MEMORY}
     */
    record Commands(
            Line line, boolean write, String nvme, String memory, long size, OptionalLong request, OptionalLong depth) {
        String lane() {
            return line.lane();
        }
    }

    /** The memory that commands are about. */
    record Memory(
            Ways.Way way,
            List<Segment> segments,
            LongPredicate translated,
            Optional<Attachment> attachment,
            ImmutableList<SgTable.Entry> table) {
        long bytes() {
            return segments.stream().mapToLong(Segment::length).sum();
        }
    }

    NvmeOperations(
            RunState run,
            Ways ways,
            TrafficOperations traffic,
            HostBuffers buffers,
            Transfers transfers,
            Landings landings,
            Issuers issuers) {
        this.run = run;
        this.ways = ways;
        this.traffic = traffic;
        this.buffers = buffers;
        this.transfers = transfers;
        this.landings = landings;
        this.issuers = issuers;
    }

    void start(Commands commands) {
        long request = Math.min(commands.request().orElse(DEFAULT_REQUEST), commands.size());
        Optional<Memory> memory = memory(commands);
        if (!run.exporters().issues(commands.nvme())) {
            refused(commands, Errno.ENODEV, "%s issues nothing".formatted(commands.nvme()));
        } else if (memory.isEmpty()) {
            refused(commands, commands.memory() + " is not mapped");
        } else if (memory.get().bytes() < request) {
            refused(
                    commands,
                    "commands of %s to memory of %s"
                            .formatted(
                                    Bytes.format(request),
                                    Bytes.format(memory.get().bytes())));
        } else {
            OperationStream stream = stream(commands, memory.get());
            run(commands, memory.get(), stream, commands.size(), stream::done);
            issuers.begins(commands.line(), commands.nvme());
        }
    }

    OperationStream stream(Commands commands, Memory memory) {
        if (commands.request().isEmpty()) {
            ways.assume("commands of %s".formatted(Bytes.format(DEFAULT_REQUEST)), "", commands.lane());
        }
        if (commands.depth().isEmpty()) {
            ways.assume("%d commands at once".formatted(DEFAULT_DEPTH), "", commands.lane());
        }
        if (run.world().device(commands.nvme()).media().isEmpty()) {
            ways.assume("the media of a drive is never the limit", "", commands.nvme());
        }
        Optional<Landings> judge = memory.attachment().isPresent() ? Optional.empty() : Optional.of(landings);
        return new OperationStream(run, ways, judge, commands.line(), commands.size(), memory.way());
    }

    private Optional<Memory> memory(Commands commands) {
        if (commands.memory().equals(Operation.MEMORY)) {
            Ways.Way way = ways.toMemory(commands.nvme(), Optional.empty(), commands.size(), commands.write());
            Segment buffer = new Segment(buffers.take(commands.size()), commands.size());
            return Optional.of(new Memory(way, List.of(buffer), address -> true, Optional.empty(), ImmutableList.of()));
        }
        if (!run.world().plan().devices().containsKey(commands.memory())) {
            return run.handles()
                    .attachment(commands.memory())
                    .flatMap(attachment -> attachment.mapping().map(table -> mapped(commands, attachment, table)));
        }
        AddressRange bar = traffic.largestBar(commands.memory());
        traffic.cautionIfRefused(commands.nvme(), commands.memory());
        return Optional.of(new Memory(
                ways.way(commands.nvme(), commands.memory(), commands.write()),
                List.of(new Segment(bar.base(), bar.size())),
                address -> true,
                Optional.empty(),
                ImmutableList.of()));
    }

    Memory mapped(Commands commands, Attachment attachment, SgTable table) {
        ImmutableList<SgTable.Entry> segments = table.slice(0, table.length());
        Ways.Way way = transfers.way(attachment, segments, commands.write());
        run.watch()
                .check(
                        Invariant.PEER_TO_PEER_ALLOWED,
                        attachment.peer2peer(),
                        run.engine().now(),
                        commands.lane(),
                        run.recorder().newest(),
                        () -> way.text() + " without the peer-to-peer flag");
        return new Memory(
                way,
                Transfers.touched(segments),
                transfers.translated(attachment.importer()),
                Optional.of(attachment),
                segments);
    }

    private void refused(Commands commands, String why) {
        refused(commands, Errno.EINVAL, why);
    }

    /** None of the commands is issued. */
    void refused(Commands commands, Errno errno, String why) {
        run.kernel().begin(commands.line(), "");
        run.kernel().refused(commands.line(), Optional.of(errno), why);
        run.recorder()
                .transfer(TransferOutcome.refused(
                        commands.lane(),
                        commands.line().what(),
                        commands.nvme(),
                        commands.memory(),
                        commands.size(),
                        commands.line().start(),
                        run.engine().now(),
                        Optional.of(errno)));
    }

    /**
     * Issues some of the commands, now.
     *
     * @param size bytes of them
     * @param over when none of them is under way any more
     */
    void run(Commands commands, Memory memory, OperationStream stream, long size, Runnable over) {
        memory.attachment()
                .ifPresent(attachment -> transfers.checkIssue(commands.line(), DmaBufChecks.issue(attachment)));
        int request = Math.toIntExact(Math.min(commands.request().orElse(DEFAULT_REQUEST), size));
        Requests requests = new Requests.Operations(
                memory.segments(),
                size,
                request,
                request,
                Requests.Pattern.SEQUENTIAL,
                request,
                new Requests.Start.AtOnce(),
                Math.toIntExact(commands.depth().orElse(DEFAULT_DEPTH)),
                0);
        StageEnds ends = new StageEnds(over);
        Stage dma = new Stage.Dma(
                ways.request(commands.lane(), memory.way(), requests, memory.translated()),
                new Touched(journey(commands, memory), stream, ends));
        Optional<Stage> media = run.world()
                .device(commands.nvme())
                .media()
                .map(behind -> media(commands, memory, behind, requests, new AtMedia(stream, ends)));
        ImmutableList.Builder<Stage> stages = ImmutableList.builder();
        if (!commands.write()) {
            media.ifPresent(stages::add);
        }
        stages.add(dma);
        if (commands.write()) {
            media.ifPresent(stages::add);
        }
        ends.expect(stages.build().size());
        run.network().start(stages.build());
    }

    private static String media(Commands commands) {
        return commands.nvme() + (commands.write() ? " media in" : " media out");
    }

    /** What stops commands from being issued if it is stopped. */
    String source(Commands commands) {
        boolean fromMedia =
                !commands.write() && run.world().device(commands.nvme()).media().isPresent();
        return fromMedia ? commands.lane() + " on " + media(commands) : commands.lane();
    }

    private static Stage media(
            Commands commands, Memory memory, Device.Media media, Requests requests, DmaListener listener) {
        String name = media(commands);
        long latency = commands.write() ? media.writeLatency().orElse(media.latency()) : media.latency();
        return new Stage.Behind(
                commands.lane() + " on " + name,
                memory.way().from(),
                new DevicePort(name, commands.write() ? media.writeRate() : media.readRate(), 0, latency),
                requests,
                MEDIA_PACKET,
                listener);
    }

    /** A command whose last stage is the media is over there. */
    private record AtMedia(OperationStream stream, StageEnds ends) implements DmaListener {
        @Override
        public void landed(long at, long address, int bytes, long issued) {}

        @Override
        public void finished(long at, long started) {
            stream.finished(at, started);
        }

        @Override
        public void done() {
            ends.done();
        }
    }

    private Optional<Journey> journey(Commands commands, Memory memory) {
        return memory.attachment()
                .map(attachment -> landings.journey(new Journey.Start(
                        commands.lane(),
                        commands.line().event(),
                        attachment,
                        !commands.write(),
                        Piece.of(run.dmaMap(), attachment, memory.table()),
                        commands.nvme())));
    }

    /** Memory as the drive touches it. */
    private record Touched(Optional<Journey> journey, OperationStream stream, StageEnds ends) implements DmaListener {
        @Override
        public void landed(long at, long address, int bytes, long issued) {
            if (journey.map(through -> through.landed(at, address, bytes, issued))
                    .orElse(true)) {
                stream.landed(at, address, bytes, issued);
            } else {
                stream.notTaken(at, address, bytes, issued);
            }
        }

        @Override
        public void completed(long at, long address, int bytes, long issued) {
            stream.completed(at, address, bytes, issued);
        }

        @Override
        public void finished(long at, long started) {
            stream.finished(at, started);
        }

        @Override
        public void failed(Failure how, long at, long address, int bytes, long issued) {
            stream.failed(how, at, address, bytes, issued);
        }

        @Override
        public void waitsForEver(long at) {
            stream.waitsForEver(at);
        }

        @Override
        public void done() {
            journey.ifPresent(Journey::over);
            ends.done();
        }
    }
}
