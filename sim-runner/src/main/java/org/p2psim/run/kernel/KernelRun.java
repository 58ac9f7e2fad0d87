package org.p2psim.run.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Task;
import org.p2psim.platform.Errno;
import org.p2psim.run.engine.Engine;
import org.p2psim.run.watch.Recorder;

/**
 * The kernel of a run. Lines of the timeline are its threads; so is whatever happens later of itself, like the end of a
 * reset. After each, everybody goes on who can. Whenever one of them has gone on as far as he can, what he wrote into the
 * journal becomes events, and who is interested is told.
 */
public final class KernelRun {
    private final Kernel kernel;
    private final Engine engine;
    private final Recorder recorder;
    private final Choices choices;
    private final Waits waits;
    private final Map<Integer, Line> lines = new TreeMap<>();
    private final List<Consumer<Noted>> readers = new ArrayList<>();
    private final List<Runnable> followers = new ArrayList<>();
    private final List<Runnable> checks = new ArrayList<>();
    private int told;
    private long version;
    private boolean settling;

    /** @param choices who goes on first of several, and how long what happens of itself takes */
    public KernelRun(Kernel kernel, Engine engine, Recorder recorder, Choices choices) {
        this.kernel = kernel;
        this.choices = choices;
        if (choices.vary()) {
            kernel.whoGoesOn(choices::first);
        }
        this.engine = engine;
        this.recorder = recorder;
        this.waits = new Waits(kernel, recorder);
        kernel.whenRan(this::tell);
    }

    public Kernel kernel() {
        return kernel;
    }

    /** Somebody wants to know of each entry of the journal while what it says is so: before another thread goes on. */
    public void reads(Consumer<Noted> reader) {
        readers.add(reader);
    }

    /** Somebody acts upon the state whenever nobody else can go on. */
    public void follows(Runnable follower) {
        followers.add(follower);
    }

    /** Somebody looks at the state once an event is over. */
    public void checks(Runnable check) {
        checks.add(check);
    }

    /** Counts the events, after each of which the state may be another. */
    public long version() {
        return version;
    }

    /** What became of a line of the timeline, by its number; empty if it has not begun, or is none that a thread runs. */
    public Optional<Line> line(int operation) {
        return Optional.ofNullable(lines.get(operation));
    }

    /** Whether a line that does something to what is called so has begun and is not over. */
    public boolean isUnderWay(String lane) {
        return lines.values().stream()
                .anyMatch(line -> line.lane().equals(lane) && line.end().isEmpty());
    }

    /** A line of the timeline begins, now, and is over when its thread is. */
    public <T> void start(
            Line line, Supplier<Reply<T>> operation, Function<T, String> detail, Consumer<Reply<T>> whenOver) {
        begin(line, "");
        Task<T> task = kernel.start(line.name(), line.operation(), operation, reply -> {
            over(line, reply, detail);
            whenOver.accept(reply);
        });
        task.waitsFor().ifPresent(wait -> recorder.end(line.event(), line.start(), "waits for " + wait.what()));
        settle();
    }

    /** A signal to the thread of a line, by its number. False if that is over, or has not begun. */
    public boolean signal(int operation) {
        Optional<Task<?>> waiting = line(operation)
                .flatMap(line -> kernel.waiting().stream()
                        .filter(task -> task.cause() == operation && task.name().equals(line.name()))
                        .findFirst());
        waiting.ifPresent(Task::signal);
        return waiting.isPresent();
    }

    /** A line of the timeline begins that somebody else ends, with one of the next three. */
    public void begin(Line line, String detail) {
        line.begun(engine.now(), recorder.done(engine.now(), line.lane(), line.what(), detail, line.operation()));
        lines.put(line.operation(), line);
    }

    /** A line has ended with a reply. */
    public <T> void over(Line line, Reply<T> reply, Function<T, String> detail) {
        if (reply instanceof Reply.Refused<T> refused) {
            refused(line, Optional.of(refused.errno()), refused.why());
        } else if (reply instanceof Reply.Done<T> done) {
            ended(line, detail.apply(done.value()));
        }
    }

    /** A line has done what it says. */
    public void ended(Line line, String detail) {
        line.over(engine.now(), false, Optional.empty());
        recorder.end(line.event(), engine.now(), detail);
    }

    /** A line was refused: with an errno, or with the status of a work completion in the reason. */
    public void refused(Line line, Optional<Errno> errno, String why) {
        line.over(engine.now(), true, errno);
        recorder.refused(line.event(), engine.now(), errno, why);
    }

    /** Something happens of itself, now. */
    public void happens(int cause, String name, Runnable what) {
        start(cause, name, happening(name, what));
    }

    private static Supplier<Reply<String>> happening(String name, Runnable what) {
        return () -> {
            what.run();
            return Reply.done(name);
        };
    }

    /** A thread of nobody's begins, now. */
    public <T> void start(int cause, String name, Supplier<Reply<T>> operation) {
        start(cause, name, operation, reply -> {});
    }

    /** A thread of nobody's begins, now. */
    public <T> void start(int cause, String name, Supplier<Reply<T>> operation, Consumer<Reply<T>> whenOver) {
        recorder.causedBy(cause);
        kernel.start(name, cause, operation, whenOver);
        settle();
    }

    /** Something happens of itself, after so many ticks, or as many as the run chooses for them. */
    public void happensAfter(long ticks, int cause, String name, Runnable what) {
        startAfter(ticks, cause, name, happening(name, what), reply -> {});
    }

    /** A thread of nobody's begins, after so many ticks, or as many as the run chooses for them. */
    public <T> void startAfter(
            long ticks, int cause, String name, Supplier<Reply<T>> operation, Consumer<Reply<T>> whenOver) {
        engine.at(engine.now() + choices.duration(ticks), () -> start(cause, name, operation, whenOver));
    }

    public long now() {
        return engine.now();
    }

    /** Everybody goes on who can; then the state is looked at. */
    public void settle() {
        if (settling) {
            return;
        }
        settling = true;
        version++;
        do {
            kernel.poll();
            tell();
            followers.forEach(Runnable::run);
            kernel.poll();
        } while (told < kernel.journal().size());
        settling = false;
        waits.look(engine.now());
        checks.forEach(Runnable::run);
    }

    private void tell() {
        while (told < kernel.journal().size()) {
            Journal.Entry entry = kernel.journal().get(told);
            told++;
            int event = recorder.effect(
                    engine.now(), entry.object(), Noted.word(entry.action()), entry.detail(), entry.cause());
            Noted noted = new Noted(entry, event, engine.now());
            readers.forEach(reader -> reader.accept(noted));
        }
    }

    /** Nothing happens any more: what still waits will wait for ever. */
    public void end(long at) {
        waits.end(at);
    }
}
