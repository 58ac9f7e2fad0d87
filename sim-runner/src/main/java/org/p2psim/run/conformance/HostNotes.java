package org.p2psim.run.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.run.pciebench.BenchHost;
import org.p2psim.scenario.evidence.TimingRow;
import org.p2psim.scenario.evidence.TimingRow.BenchRun;

/** For each host of a table: how well each test is predicted, and the parameters of the host. */
final class HostNotes {
    private final Map<String, PerHost> hosts = new LinkedHashMap<>();

    /** One host of a table. */
    private static final class PerHost {
        private final BenchHost host;
        private final Map<String, Errors> tests = new LinkedHashMap<>();

        PerHost(BenchHost host) {
            this.host = host;
        }
    }

    /** Of one test. */
    private static final class Errors {
        private int rows;
        private int fitted;
        private int inside;
        private double sum;
        private double worst;

        private void add(boolean isInside, boolean isFitted, double error) {
            rows++;
            fitted += isFitted ? 1 : 0;
            inside += isInside ? 1 : 0;
            sum += Math.abs(error);
            worst = Math.abs(error) > Math.abs(worst) ? error : worst;
        }

        private String text() {
            return "%d of %d inside, mean error %.1f %%, worst %+.1f %%%s"
                    .formatted(
                            inside,
                            rows,
                            100 * sum / rows,
                            100 * worst,
                            fitted > 0 ? ", %d fitted".formatted(fitted) : "");
        }
    }

    /** @param error of the simulated value, 0.01 for one hundredth too high */
    void add(String name, BenchHost host, TimingRow row, BenchRun run, boolean inside, double error) {
        hosts.computeIfAbsent(name, key -> new PerHost(host))
                .tests
                .computeIfAbsent("%s %s".formatted(run.initiator(), run.operation()), key -> new Errors())
                .add(inside, host.fittedRows().contains(row), error);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        hosts.forEach((name, perHost) -> {
            lines.add(name);
            perHost.tests.forEach((test, errors) -> lines.add("  %s: %s".formatted(test, errors.text())));
            perHost.host.description().forEach(line -> lines.add("  " + line));
        });
        return lines;
    }
}
