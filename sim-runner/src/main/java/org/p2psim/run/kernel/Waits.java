package org.p2psim.run.kernel;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.Wait;
import org.p2psim.run.watch.Recorder;

/** Who waits for what, and how long. */
final class Waits {
    private final Kernel kernel;
    private final Recorder recorder;
    private final Map<Task<?>, Begun> begun = new IdentityHashMap<>();

    private record Begun(Wait until, int number) {}

    Waits(Kernel kernel, Recorder recorder) {
        this.kernel = kernel;
        this.recorder = recorder;
    }

    /** Once everybody has gone on who could. */
    void look(long at) {
        List<Task<?>> waiting = kernel.waiting();
        if (waiting.isEmpty() && begun.isEmpty()) {
            return;
        }
        begun.entrySet().removeIf(entry -> {
            boolean over = entry.getKey()
                    .waitsFor()
                    .filter(wait -> wait == entry.getValue().until())
                    .isEmpty();
            if (over) {
                recorder.waited(entry.getValue().number(), at);
            }
            return over;
        });
        for (Task<?> task : waiting) {
            if (!begun.containsKey(task)) {
                Wait wait = task.waitsFor().orElseThrow();
                begun.put(task, new Begun(wait, recorder.waits(at, task.name(), task.cause(), wait)));
            }
        }
    }

    /** Those that wait now will do so for ever. */
    void end(long at) {
        begun.forEach((task, waiting) ->
                recorder.waitsForEver(waiting.number(), at, waiting.until().blockers()));
    }
}
