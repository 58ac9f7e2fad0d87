package org.p2psim.run.replay;

import java.util.LinkedHashMap;
import java.util.Map;
import org.p2psim.run.kernel.Line;

/** Who issues the requests of lines that are under way: who is gone, in reset or asleep issues nothing more. */
final class Issuers {
    private final RunState run;
    private final Map<Line, String> running = new LinkedHashMap<>();

    Issuers(RunState run) {
        this.run = run;
        run.kernel().follows(this::follow);
    }

    /** A line has begun whose DMA, of the name of its lane, a device issues. */
    void begins(Line line, String device) {
        running.put(line, device);
    }

    private void follow() {
        running.entrySet().removeIf(entry -> {
            Line line = entry.getKey();
            boolean silenced = line.end().isEmpty() && !run.exporters().issues(entry.getValue());
            if (silenced) {
                String why = "%s issues nothing more".formatted(entry.getValue());
                run.recorder().effect(run.engine().now(), line.lane(), "stopped", why, line.operation());
                run.network().stop(line.lane());
            }
            return silenced || line.end().isPresent();
        });
    }
}
