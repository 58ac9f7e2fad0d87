package org.p2psim.transaction;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.p2psim.topology.Link;

/** A configuration of the pcie-bench model, with the fields of its line in pcie-bench-configs.csv. */
record ModelRun(ImmutableMap<String, String> fields) {
    static List<ModelRun> all() {
        return read("pcie-bench-configs.csv").stream().map(ModelRun::new).toList();
    }

    /** What the model computed for this configuration. */
    List<Point> points() {
        return read("pcie-bench-model.csv").stream()
                .filter(row -> text("config").equals(row.get("config")))
                .map(Point::of)
                .toList();
    }

    /** Payload of one operation at one size, Gb/s. */
    record Point(String operation, int size, double gbps) {
        static Point of(ImmutableMap<String, String> row) {
            return new Point(
                    row.getOrDefault("op", ""),
                    Integer.parseInt(row.getOrDefault("size", "")),
                    Double.parseDouble(row.getOrDefault("eff_gbps", "")));
        }
    }

    Link link() {
        return Link.parse(text("gen") + " " + text("lanes"));
    }

    int mps() {
        return number("mps");
    }

    /** As the model counts completions, also where a read request is smaller than they are. */
    LinkBound bound() {
        int completion = text("completions").equals("rcb") ? number("rcb") : mps();
        return new LinkBound(link(), mps(), number("mrrs"), completion, number("addr") == 64, number("ecrc") == 1);
    }

    int number(String field) {
        return Integer.parseInt(text(field));
    }

    double decimal(String field) {
        return Double.parseDouble(text(field));
    }

    String text(String field) {
        return fields.getOrDefault(field, "");
    }

    @Override
    public String toString() {
        return text("config");
    }

    private static List<ImmutableMap<String, String>> read(String file) {
        Splitter comma = Splitter.on(',');
        try {
            List<String> lines =
                    Resources.readLines(Resources.getResource(ModelRun.class, file), StandardCharsets.UTF_8);
            List<String> names = comma.splitToList(lines.get(0));
            return lines.stream()
                    .skip(1)
                    .map(line -> {
                        List<String> values = comma.splitToList(line);
                        ImmutableMap.Builder<String, String> row = ImmutableMap.builder();
                        for (int i = 0; i < names.size(); i++) {
                            row.put(names.get(i), values.get(i));
                        }
                        return row.buildOrThrow();
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
