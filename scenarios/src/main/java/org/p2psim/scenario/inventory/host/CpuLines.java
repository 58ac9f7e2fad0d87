package org.p2psim.scenario.inventory.host;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.platform.Cpu;

/** Finds the boot CPU in the lines of {@code /proc/cpuinfo} (its first block) and of {@code lscpu}. */
final class CpuLines {
    private static final Pattern CPUINFO =
            Pattern.compile("\\s*(vendor_id|cpu family|model|CPU implementer|CPU architecture|CPU part|cpu|isa"
                    + "|processor)\\s*: ?(.*)");
    private static final Pattern LSCPU = Pattern.compile("\\s*(Architecture|Vendor ID|CPU family|Model): +(.*)");
    private static final Pattern NUMBER = Pattern.compile("(?:0x([0-9a-fA-F]{1,6})|([0-9]{1,6}))(?:[^0-9a-zA-Z].*)?");
    private static final Pattern POWER = Pattern.compile("POWER([0-9]{1,2}).*");

    /** Zhaoxin's name has blanks on both sides, which copying loses. */
    private static final String SHANGHAI = "  Shanghai  ";

    private static final int ARM_V8 = 8;

    private final Map<String, String> block = new HashMap<>();
    private final Map<String, String> lscpu = new HashMap<>();
    private Optional<Cpu> first = Optional.empty();

    void accept(String line) {
        Matcher m = CPUINFO.matcher(line);
        boolean next = m.matches() && m.group(1).equals("processor");
        if (line.isBlank() || next) {
            endBlock();
        }
        if (m.matches()) {
            block.putIfAbsent(m.group(1), m.group(2));
            return;
        }
        Matcher l = LSCPU.matcher(line);
        if (l.matches()) {
            lscpu.putIfAbsent(l.group(1), l.group(2));
        }
    }

    private void endBlock() {
        if (first.isEmpty()) {
            first = ofBlock();
        }
        block.clear();
    }

    Optional<Cpu> cpu() {
        endBlock();
        return first.or(this::ofLscpu);
    }

    /** Other programs print {@code vendor_id}, too: of a CPU there is a family, or it is a mainframe. */
    private Optional<Cpu> ofBlock() {
        String vendor = block.getOrDefault("vendor_id", "");
        if ((block.containsKey("cpu family") && !vendor.isBlank()) || vendor.startsWith("IBM/")) {
            return Optional.of(new Cpu(
                    vendor(vendor),
                    number(block.getOrDefault("cpu family", "")),
                    number(block.getOrDefault("model", ""))));
        }
        if (block.containsKey("CPU implementer")) {
            return Optional.of(new Cpu(
                    "ARM",
                    number(block.getOrDefault("CPU architecture", "")),
                    number(block.getOrDefault("CPU part", ""))));
        }
        Matcher power = POWER.matcher(block.getOrDefault("cpu", ""));
        if (power.matches()) {
            return Optional.of(new Cpu("POWER", number(power.group(1)), 0));
        }
        return block.getOrDefault("isa", "").startsWith("rv") ? Optional.of(new Cpu("RISC-V", 0, 0)) : Optional.empty();
    }

    private Optional<Cpu> ofLscpu() {
        String architecture = lscpu.getOrDefault("Architecture", "");
        if (architecture.startsWith("aarch64") || architecture.startsWith("arm")) {
            return Optional.of(new Cpu("ARM", ARM_V8, 0));
        }
        if (architecture.startsWith("ppc64")) {
            return Optional.of(new Cpu("POWER", 0, 0));
        }
        if (!lscpu.containsKey("Vendor ID") || !lscpu.containsKey("CPU family")) {
            return Optional.empty();
        }
        return Optional.of(new Cpu(
                vendor(lscpu.getOrDefault("Vendor ID", "")),
                number(lscpu.getOrDefault("CPU family", "")),
                number(lscpu.getOrDefault("Model", ""))));
    }

    private static String vendor(String value) {
        String name = value.strip();
        return name.equals(SHANGHAI.strip()) ? SHANGHAI : name;
    }

    /** A decimal or 0x number at the beginning of the value, 0 if there is none. */
    private static int number(String value) {
        Matcher m = NUMBER.matcher(value);
        if (!m.matches()) {
            return 0;
        }
        return m.group(1) == null ? Integer.parseInt(m.group(2)) : Integer.parseInt(m.group(1), 16);
    }
}
