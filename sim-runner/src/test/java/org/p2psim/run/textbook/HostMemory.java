package org.p2psim.run.textbook;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.p2psim.timing.MemoryTiming;
import org.p2psim.transaction.Credits;

/** The memory behind a root complex, which has room for all that comes. */
final class HostMemory extends Receiver {
    static final Credits UNLIMITED = new Credits(
            Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE, Credits.INFINITE);

    private final MemoryTiming timing;
    private final Map<Device, Completer> completers = new HashMap<>();

    HostMemory(Clock clock, MemoryTiming timing) {
        super(clock, Optional.empty(), 0, UNLIMITED);
        this.timing = timing;
    }

    /** Completions for a function begin their way there. */
    void answerBy(Device function, Completer completer) {
        completers.put(function, completer);
    }

    @Override
    void headArrives(Tlp tlp, long ticks) {}

    @Override
    void tailArrives(Tlp tlp) {
        if (tlp.kind.withData()) {
            clock.after(timing.writeLatency(), () -> tlp.dma.wrote(tlp));
        } else {
            Completer completer = Objects.requireNonNull(completers.get(tlp.dma.initiator()));
            clock.after(timing.readLatency(true, false), () -> completer.answer(tlp));
        }
    }
}
