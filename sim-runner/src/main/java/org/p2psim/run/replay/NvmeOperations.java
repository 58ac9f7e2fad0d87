package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.invariant.Invariant;
import org.p2psim.outcome.Failure;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.flow.DevicePort;
import org.p2psim.run.flow.DmaListener;
import org.p2psim.run.flow.DmaNetwork;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Requests;
import org.p2psim.run.flow.Stage;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Operation;
import org.p2psim.unit.Bytes;

/** Commands of NVMe drives: data comes from the media and is written to memory, or is read there and goes to the media. */
final class NvmeOperations {
    private static final long DEFAULT_REQUEST = 4 * Bytes.KIB;
    private static final int DEFAULT_DEPTH = 32;

    /** What the media takes at once; only how finely commands share it depends on it. */
    private static final int MEDIA_PACKET = 4096;

    private final World world;
    private final Engine engine;
    private final DmaNetwork network;
    private final Recorder recorder;
    private final InvariantWatch watch;
    private final Ways ways;
    private final TrafficOperations traffic;
    private final HostBuffers buffers;
    private final Handles handles;
    private final Exporters exporters;
    private final Transfers transfers;

    /**
     * What a line asks for.
     *
     * @param write whether data goes to the media: the drive reads memory
     * @param memory an attachment, a device or {@link Operation#MEMORY}
     */
    record Commands(
            String lane,
            boolean write,
            String nvme,
            String memory,
            long size,
            OptionalLong request,
            OptionalLong depth) {
        String operation() {
            return write ? "nvme-write" : "nvme-read";
        }
    }

    /** The memory that commands are about. */
    private record Memory(
            Ways.Way way, List<Segment> segments, LongPredicate translated, Optional<Attachment> attachment) {
        long bytes() {
            return segments.stream().mapToLong(Segment::length).sum();
        }
    }

    NvmeOperations(
            World world,
            Engine engine,
            DmaNetwork network,
            Recorder recorder,
            InvariantWatch watch,
            Ways ways,
            TrafficOperations traffic,
            HostBuffers buffers,
            Handles handles,
            Exporters exporters,
            Transfers transfers) {
        this.world = world;
        this.engine = engine;
        this.network = network;
        this.recorder = recorder;
        this.watch = watch;
        this.ways = ways;
        this.traffic = traffic;
        this.buffers = buffers;
        this.handles = handles;
        this.exporters = exporters;
        this.transfers = transfers;
    }

    void start(Commands commands) {
        long request = Math.min(commands.request().orElse(DEFAULT_REQUEST), commands.size());
        Optional<Memory> memory = memory(commands);
        if (memory.isEmpty()) {
            String why = handles.attachments().containsKey(commands.memory()) ? " is not mapped" : " has no memory BAR";
            refused(commands, commands.memory() + why);
        } else if (memory.get().bytes() < request) {
            refused(
                    commands,
                    "commands of %s to memory of %s"
                            .formatted(
                                    Bytes.format(request),
                                    Bytes.format(memory.get().bytes())));
        } else {
            run(commands, memory.get(), Math.toIntExact(request));
        }
    }

    private Optional<Memory> memory(Commands commands) {
        if (commands.memory().equals(Operation.MEMORY)) {
            Ways.Way way = ways.toMemory(commands.nvme(), Optional.empty(), commands.size(), commands.write());
            Segment buffer = new Segment(buffers.take(commands.size()), commands.size());
            return Optional.of(new Memory(way, List.of(buffer), address -> true, Optional.empty()));
        }
        if (handles.attachments().containsKey(commands.memory())) {
            return handles.attachment(commands.memory())
                    .flatMap(attachment -> attachment.mapping().map(table -> mapped(commands, attachment, table)));
        }
        Optional<AddressRange> bar = traffic.largestBar(commands.memory());
        if (bar.isPresent()) {
            traffic.cautionIfRefused(commands.nvme(), commands.memory());
        }
        return bar.map(range -> new Memory(
                ways.way(commands.nvme(), commands.memory(), commands.write()),
                List.of(new Segment(range.base(), range.size())),
                address -> true,
                Optional.empty()));
    }

    private Memory mapped(Commands commands, Attachment attachment, SgTable table) {
        Ways.Way way = ways.way(commands.nvme(), exporters.device(attachment.dmaBuf()), commands.write());
        watch.check(
                Invariant.PEER_TO_PEER_ALLOWED,
                attachment.peer2peer(),
                engine.now(),
                commands.lane(),
                recorder.newest(),
                () -> way.text() + " without the peer-to-peer flag");
        return new Memory(
                way,
                Transfers.touched(table.slice(0, table.length())),
                transfers.translated(attachment.importer()),
                Optional.of(attachment));
    }

    private void refused(Commands commands, String why) {
        long now = engine.now();
        recorder.refused(now, commands.lane(), commands.operation(), Optional.of(Errno.EINVAL), why);
        recorder.transfer(TransferOutcome.refused(
                commands.lane(),
                commands.operation(),
                commands.nvme(),
                commands.memory(),
                commands.size(),
                now,
                Optional.of(Errno.EINVAL)));
    }

    private void run(Commands commands, Memory memory, int request) {
        if (commands.request().isEmpty()) {
            ways.assume("commands of %s".formatted(Bytes.format(DEFAULT_REQUEST)), "", commands.lane());
        }
        if (commands.depth().isEmpty()) {
            ways.assume("%d commands at once".formatted(DEFAULT_DEPTH), "", commands.lane());
        }
        if (world.device(commands.nvme()).media().isEmpty()) {
            ways.assume("the media of a drive is never the limit", "", commands.nvme());
        }
        OperationStream stream = new OperationStream(
                engine, recorder, ways, commands.lane(), commands.operation(), commands.size(), memory.way());
        Requests requests = new Requests.Operations(
                memory.segments(),
                commands.size(),
                request,
                request,
                Requests.Pattern.SEQUENTIAL,
                request,
                new Requests.Start.AtOnce(),
                Math.toIntExact(commands.depth().orElse(DEFAULT_DEPTH)),
                0);
        StageEnds ends = new StageEnds(stream::done);
        Stage dma = new Stage.Dma(
                ways.request(commands.lane(), memory.way(), requests, memory.translated()),
                new Touched(commands, memory, stream, ends));
        Optional<Stage> media = world.device(commands.nvme())
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
        network.start(stages.build());
    }

    private static Stage media(
            Commands commands, Memory memory, Device.Media media, Requests requests, DmaListener listener) {
        String name = commands.nvme() + (commands.write() ? " media in" : " media out");
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

    /** Memory as the drive touches it. */
    private final class Touched implements DmaListener {
        private final Commands commands;
        private final Memory memory;
        private final OperationStream stream;
        private final StageEnds ends;

        Touched(Commands commands, Memory memory, OperationStream stream, StageEnds ends) {
            this.commands = commands;
            this.memory = memory;
            this.stream = stream;
            this.ends = ends;
        }

        @Override
        public void landed(long at, long address, int bytes, long issued) {
            memory.attachment().ifPresent(attachment -> {
                boolean mapped = attachment.mapping().isPresent();
                watch.check(
                        Invariant.NO_LANDING_AFTER_UNMAP,
                        mapped,
                        1,
                        at,
                        commands.lane(),
                        mapped ? recorder.newest() : recorder.newestOf(commands.memory()),
                        () -> memory.way().text() + " through a mapping that was given back");
            });
            stream.landed(at, address, bytes, issued);
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
        public void done() {
            ends.done();
        }
    }
}
