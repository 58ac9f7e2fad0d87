package org.p2psim.run.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.importer.NvmeToken;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.NvmeOperation;

/**
 * Dma-bufs that queues of drives know. Commands hold the mapping that they were issued with; when it is retired no more
 * are issued with it, and the rest goes on with the next one.
 */
final class NvmeTokens {
    private final RunState run;
    private final NvmeOperations nvme;
    private final Map<String, NvmeToken> tokens = new HashMap<>();
    private final List<Commands> running = new ArrayList<>();

    NvmeTokens(RunState run, NvmeOperations nvme) {
        this.run = run;
        this.nvme = nvme;
        run.kernel().follows(() -> List.copyOf(running).forEach(Commands::stopIfRetired));
    }

    void register(int number, NvmeOperation.RegisterToken op) {
        run.kernel()
                .start(
                        new Line(number, op.token(), "register-token"),
                        () -> drive(op.nvme())
                                .then(drive -> run.handles()
                                        .exported(op.dmaBuf())
                                        .then(dmaBuf -> NvmeToken.register(dmaBuf, drive))),
                        token -> "%s by %s".formatted(op.dmaBuf(), op.nvme()),
                        reply -> {
                            if (reply instanceof Reply.Done<NvmeToken> made) {
                                tokens.put(op.token(), made.value());
                            }
                        });
    }

    /** The block layer attaches with callbacks and for peers. */
    private Reply<Importer> drive(String nvmeName) {
        return run.importers()
                .importer(nvmeName)
                .then(own -> Reply.done(new Importer(own.name(), own.function(), true, true, own.maxSegmentSize())));
    }

    void unregister(int number, NvmeOperation.UnregisterToken op) {
        run.kernel()
                .start(
                        new Line(number, op.token(), "unregister-token"),
                        () -> {
                            NvmeToken token = tokens.remove(op.token());
                            return token == null
                                    ? Reply.refused(Errno.EINVAL, "%s is not registered".formatted(op.token()))
                                    : Reply.after(commandsOf(op.token(), token), token::unregister);
                        },
                        dmaBuf -> "%d reference(s) left".formatted(dmaBuf.references()),
                        reply -> {});
    }

    private Wait commandsOf(String name, NvmeToken token) {
        return new Wait(
                Wait.Kind.DMA,
                "commands with " + name,
                () -> running.stream().noneMatch(commands -> commands.token.equals(token)),
                () -> running.stream()
                        .filter(commands -> commands.token.equals(token))
                        .map(commands -> commands.order.lane())
                        .toList());
    }

    /** Whether the timeline means a token by a name. */
    boolean has(String name) {
        return run.world().plan().timeline().stream()
                .anyMatch(line -> line instanceof NvmeOperation.RegisterToken register
                        && register.token().equals(name));
    }

    void start(NvmeOperations.Commands order) {
        NvmeToken token = tokens.get(order.memory());
        if (token == null) {
            nvme.refused(order, Errno.EINVAL, "%s is not registered".formatted(order.memory()));
            return;
        }
        Commands commands = new Commands(order, token);
        running.add(commands);
        commands.begin();
    }

    /** The commands of a line. */
    private final class Commands {
        private final NvmeOperations.Commands order;
        private final NvmeToken token;
        private @Nullable OperationStream stream;
        private long mapping;
        private boolean issuing;
        private boolean stopped;

        Commands(NvmeOperations.Commands order, NvmeToken token) {
            this.order = order;
            this.token = token;
        }

        /** With the mapping there is, or once there is one again. */
        void begin() {
            run.kernel()
                    .start(
                            order.line().operation(),
                            "commands of " + order.lane(),
                            () -> token.begin(order.lane()),
                            this::begun);
        }

        private void begun(Reply<NvmeToken.Request> reply) {
            if (reply instanceof Reply.Refused<NvmeToken.Request> refused) {
                running.remove(this);
                Optional.ofNullable(stream)
                        .ifPresentOrElse(
                                begun -> begun.refused(refused.errno(), refused.why()),
                                () -> nvme.refused(order, refused.errno(), refused.why()));
            } else if (reply instanceof Reply.Done<NvmeToken.Request> done) {
                issue(done.value());
            }
        }

        private void issue(NvmeToken.Request request) {
            NvmeOperations.Memory memory = nvme.mapped(order, token.attachment(), request.table());
            OperationStream commands = Optional.ofNullable(stream).orElseGet(() -> nvme.stream(order, memory));
            stream = commands;
            mapping = token.attachment().newestMapping();
            stopped = false;
            issuing = true;
            nvme.run(
                    order,
                    memory,
                    commands,
                    order.size() - commands.bytes(),
                    () -> run.kernel()
                            .happens(
                                    order.line().operation(), "end of " + order.lane(), () -> over(request, commands)));
        }

        private void over(NvmeToken.Request request, OperationStream commands) {
            issuing = false;
            request.completed();
            if (stopped && commands.bytes() < order.size()) {
                begin();
            } else {
                running.remove(this);
                commands.done();
            }
        }

        void stopIfRetired() {
            Attachment attachment = token.attachment();
            boolean retired =
                    attachment.mappingState() != Attachment.MappingState.VALID || attachment.newestMapping() != mapping;
            if (issuing && retired && !stopped) {
                stopped = true;
                run.network().stop(nvme.source(order));
            }
        }
    }
}
