package org.p2psim.scenario.yaml;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.Device.AcsSpec;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.FabricSpec.RootComplexSpec;
import org.p2psim.scenario.FabricSpec.SocketSpec;
import org.p2psim.scenario.FabricSpec.WindowSpec;
import org.p2psim.scenario.FunctionSpec;
import org.p2psim.scenario.LinkSpec;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.Scenario.CpuSpec;
import org.p2psim.scenario.inventory.ImportedMachine;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.IommuMode;

/** Writes an imported machine as a scenario file, one function a line. */
public final class ScenarioWriter {
    private ScenarioWriter() {}

    /** The file's text; what the dump does not say becomes its description. */
    public static String write(ImportedMachine machine) {
        Scenario scenario = machine.scenario();
        StringJoiner lines = new StringJoiner("\n", "", "\n");
        lines.add("p2psim: " + scenario.p2psim());
        lines.add("title: " + quoted(scenario.title()));
        if (!machine.notes().isEmpty()) {
            lines.add("description: |");
            machine.notes().forEach(note -> lines.add("  " + line(note)));
        }
        lines.add("kernel: "
                + map(
                        "release",
                        quoted(scenario.kernel().release().text()),
                        "cmdline",
                        scenario.kernel().cmdline().map(ScenarioWriter::quoted).orElse("")));
        lines.add("fabric:");
        lines.add("  sockets:");
        scenario.fabric().sockets().forEach(socket -> lines.add("    - " + socket(socket)));
        lines.add("  root-complexes:");
        scenario.fabric().rootComplexes().forEach(root -> lines.add("    - " + rootComplex(root)));
        lines.add("  functions:");
        scenario.fabric().functions().forEach(function -> lines.add("    - " + function(function)));
        lines.add("devices: {}");
        lines.add("variants:");
        scenario.variants().keySet().forEach(variant -> lines.add("  " + variant + ": {}"));
        return lines.toString();
    }

    private static String line(Note note) {
        String kind = note.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "%s: %s".formatted(kind, note.text().replaceAll("\\p{Cntrl}", " "));
    }

    private static String socket(SocketSpec socket) {
        CpuSpec cpu = socket.cpu();
        return map(
                "id",
                socket.id(),
                "cpu",
                map(
                        "vendor", quoted(cpu.vendor()),
                        "family", Integer.toString(cpu.family()),
                        "model", number(cpu.model())));
    }

    private static String rootComplex(RootComplexSpec root) {
        return map(
                "id", root.id(),
                "socket", root.socket(),
                "bus", quoted(root.bus()),
                "iommu",
                        root.iommu()
                                .map(iommu -> map("mode", spelled(iommu.mode().orElse(IommuMode.OFF))))
                                .orElse(""));
    }

    private static String function(FunctionSpec function) {
        ImmutableMap.Builder<String, String> keys = ImmutableMap.builder();
        keys.put("at", quoted(function.at().toString()));
        keys.put("type", spelled(function.type()));
        keys.put("id", quoted(function.id().toString()));
        keys.put(
                "subsystem",
                function.subsystem().map(id -> quoted(id.toString())).orElse(""));
        keys.put("class", function.classCode().map(ScenarioWriter::quoted).orElse(""));
        keys.put(
                "bus",
                function.bus().isPresent()
                        ? quoted("%02x".formatted(function.bus().getAsInt()))
                        : "");
        keys.put("below", function.below().map(ScenarioWriter::quoted).orElse(""));
        keys.put("acs", function.acs().map(ScenarioWriter::acs).orElse(""));
        keys.put(
                "link",
                function.link().flatMap(LinkSpec::link).map(Object::toString).orElse(""));
        keys.put("bars", bars(function.bars()));
        keys.put("windows", windows(function.windows()));
        return map(keys.buildOrThrow());
    }

    private static String acs(AcsSpec acs) {
        return map(
                "cap", bits(acs.cap()),
                "ctl", acs.ctl().map(ScenarioWriter::bits).orElse(""),
                "not-known", acs.notKnown().isEmpty() ? "" : bits(acs.notKnown()));
    }

    private static String bits(List<AcsBit> bits) {
        StringJoiner list = new StringJoiner(", ", "[", "]");
        bits.forEach(bit -> list.add(bit.name()));
        return list.toString();
    }

    private static String bars(Map<Integer, BarSpec> bars) {
        ImmutableMap.Builder<String, String> keys = ImmutableMap.builder();
        bars.forEach((index, bar) -> keys.put(
                index.toString(),
                map(
                        "size", size(bar.size()),
                        "prefetchable", bar.prefetchable() ? "true" : "",
                        "base", "\"0x%x\"".formatted(bar.base().orElseThrow()))));
        return bars.isEmpty() ? "" : map(keys.buildOrThrow());
    }

    private static String windows(List<WindowSpec> windows) {
        StringJoiner list = new StringJoiner(", ", "[", "]");
        windows.forEach(window -> list.add(map(
                "base", "\"0x%x\"".formatted(window.base()),
                "size", size(window.size()),
                "prefetchable", Boolean.toString(window.prefetchable()))));
        return windows.isEmpty() ? "" : list.toString();
    }

    /** Always a whole number of the largest unit that divides it. */
    static String size(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        long count = bytes;
        int unit = 0;
        while (count != 0 && (count & 1023) == 0 && unit < units.length - 1) {
            count >>>= 10;
            unit++;
        }
        return Long.toUnsignedString(count) + units[unit];
    }

    private static String number(OptionalInt number) {
        return number.isPresent() ? Integer.toString(number.getAsInt()) : "";
    }

    private static String spelled(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String map(String... keysAndValues) {
        ImmutableMap.Builder<String, String> map = ImmutableMap.builder();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return map(map.buildOrThrow());
    }

    /** A flow mapping; keys without a value are left out. */
    private static String map(Map<String, String> values) {
        StringJoiner map = new StringJoiner(", ", "{ ", " }");
        values.forEach((key, value) -> {
            if (!value.isEmpty()) {
                map.add(key + ": " + value);
            }
        });
        return map.toString();
    }

    /** A double-quoted scalar. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (c < 0x20 || c >= 0x7f && c < 0xa0) {
                quoted.append("\\x%02x".formatted(c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
