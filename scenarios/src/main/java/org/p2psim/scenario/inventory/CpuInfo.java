package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.platform.Cpu;

/** The boot CPU in {@code /proc/cpuinfo}: its first block. */
public final class CpuInfo {
    /** What other architectures' files say instead of a vendor, and the name that stands for it. */
    private static final ImmutableMap<String, String> ARCHITECTURES =
            ImmutableMap.of("CPU implementer", "ARM", "cpu", "POWER");

    private CpuInfo() {}

    /** The CPU; empty if the text is no such file. */
    public static Optional<Cpu> bootCpu(String text) {
        Map<String, String> fields = new HashMap<>();
        for (String line : (Iterable<String>) text.stripLeading().lines()::iterator) {
            if (line.isBlank()) {
                break;
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                fields.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            }
        }
        return x86(fields)
                .or(() -> ARCHITECTURES.entrySet().stream()
                        .filter(architecture -> fields.containsKey(architecture.getKey()))
                        .findFirst()
                        .map(architecture -> new Cpu(architecture.getValue(), 0, 0)));
    }

    private static Optional<Cpu> x86(Map<String, String> fields) {
        return cpu(
                fields.getOrDefault("vendor_id", ""),
                fields.getOrDefault("cpu family", ""),
                fields.getOrDefault("model", ""));
    }

    /** A CPU of which a dump gives vendor, displayed family and model; empty if one of them is missing or no number. */
    public static Optional<Cpu> cpu(String vendor, String family, String model) {
        if (vendor.isBlank() || !family.matches("[0-9]{1,6}") || !model.matches("[0-9]{1,6}")) {
            return Optional.empty();
        }
        return Optional.of(new Cpu(vendor, Integer.parseInt(family), Integer.parseInt(model)));
    }

    /** Another architecture's CPU, by its name in {@code uname -m}, hwloc or NCCL; empty for x86 and unknown ones. */
    public static Optional<Cpu> ofArchitecture(String architecture) {
        if (architecture.startsWith("aarch64") || architecture.startsWith("arm")) {
            return Optional.of(new Cpu("ARM", 0, 0));
        }
        return architecture.startsWith("ppc") ? Optional.of(new Cpu("POWER", 0, 0)) : Optional.empty();
    }
}
