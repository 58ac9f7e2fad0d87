package org.p2psim.run.replay;

import java.util.List;
import java.util.stream.IntStream;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.run.kernel.Choices;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.Operation;

/**
 * A thread that closes a descriptor the moment that it appears, while the call that makes it goes on: it has guessed the
 * number. Only what the timeline closes later is closed so.
 */
final class GuessedDescriptors {
    private static final int ONE_IN = 16;

    private final RunState run;
    private final Choices choices;

    GuessedDescriptors(RunState run, Choices choices) {
        this.run = run;
        this.choices = choices;
        run.kernel().kernel().whenInstalled(this::installed);
    }

    private void installed(DmaBuf dmaBuf) {
        List<Operation> timeline = run.world().plan().timeline();
        IntStream.range(0, timeline.size())
                .filter(line -> timeline.get(line) instanceof DmaBufOperation.Close close
                        && close.dmaBuf().equals(dmaBuf.name()))
                .findFirst()
                .ifPresent(line -> guessed(dmaBuf, line));
    }

    private void guessed(DmaBuf dmaBuf, int line) {
        if (choices.oneIn(ONE_IN)) {
            run.kernel().kernel().start("guessed close of " + dmaBuf.name(), line, dmaBuf::close, reply -> {});
        }
    }
}
