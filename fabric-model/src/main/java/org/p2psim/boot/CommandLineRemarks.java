package org.p2psim.boot;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.p2psim.boot.CommandLine.Parameter;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/** Finds what {@link CommandLine#remarks} says. */
final class CommandLineRemarks {
    /** What only stands behind a comma if someone separated the functions of a list by it. */
    private static final Pattern FUNCTION =
            Pattern.compile("pci:[0-9a-fA-F:]+|(?:[0-9a-fA-F]+:)?[0-9a-fA-F]+:[0-9a-fA-F]+\\.[0-7].*");

    private final CommandLine line;
    private final KernelRelease release;

    CommandLineRemarks(CommandLine line, KernelRelease release) {
        this.line = line;
        this.release = release;
    }

    ImmutableList<String> all() {
        ImmutableList.Builder<String> remarks = ImmutableList.builder();
        for (Parameter parameter : line.parameters()) {
            for (String option : parameter.options()) {
                about(parameter.name(), option)
                        .ifPresent(words -> remarks.add(parameter.name() + "=" + option + ": " + words));
            }
        }
        if (KernelFeature.ACS_WRITTEN_AT_DMA_SETUP.isIn(release)) {
            remarks.add(
                    "%s writes ACS when a device's DMA is set up, not when the device is found: early in boot a port may not redirect yet"
                            .formatted(release));
        }
        return remarks.build().stream().distinct().collect(ImmutableList.toImmutableList());
    }

    private Optional<String> about(String name, String option) {
        return switch (name) {
            case "pci" -> aboutPci(option);
            case "pcie_acs_override" ->
                Optional.of(
                        "a patch outside of the kernel's tree knows it, no released kernel"
                                + " does; it splits IOMMU groups and leaves redirect on, so the verdict is the same without it");
            case "iommu" -> aboutIommu(option);
            case "iommu.passthrough" -> option.equals("1") ? Optional.of(identity()) : Optional.empty();
            case "intel_iommu" ->
                option.startsWith("off")
                        ? Optional.of("ACS is not requested for VT-d, and the words that the firmware left stay")
                        : Optional.empty();
            case "amd_iommu" -> aboutAmdIommu(option);
            default -> Optional.empty();
        };
    }

    private Optional<String> aboutPci(String option) {
        if (option.equals("noacs")) {
            return Optional.of("no released kernel knows it; the verdict is the same without it");
        }
        if (option.equals("pcie_bus_peer2peer")) {
            return Optional.of("it makes every payload 128 bytes; the verdict is the same without it");
        }
        if (option.startsWith(CommandLine.CONFIG_ACS) && !KernelFeature.CONFIG_ACS_PARAMETER.isIn(release)) {
            return Optional.of("%s does not know it, it came with %s; the verdict is the same without it"
                    .formatted(release, KernelFeature.CONFIG_ACS_PARAMETER.since()));
        }
        if (isOverridden(option, CommandLine.DISABLE_ACS_REDIR) || isOverridden(option, CommandLine.CONFIG_ACS)) {
            return Optional.of("a later one replaces it; write all functions into one, separated by ;");
        }
        return FUNCTION.matcher(option).matches()
                ? Optional.of("a comma ends the option before it, so this is one of its own, which no kernel knows;"
                        + " separate functions by ;")
                : Optional.empty();
    }

    private boolean isOverridden(String option, String prefix) {
        List<String> options = line.pciOptions();
        List<String> later = options.subList(options.lastIndexOf(option) + 1, options.size());
        return option.startsWith(prefix) && later.stream().anyMatch(other -> other.startsWith(prefix));
    }

    private Optional<String> aboutIommu(String option) {
        if (option.startsWith("off")) {
            return Optional.of(
                    line.isInterruptRemappingOff()
                            ? "with interrupt remapping off too ACS is not requested, and the words that the firmware"
                                    + " left stay"
                            : "ACS is not requested for VT-d, and the words that the firmware left stay; on AMD it is"
                                    + " requested all the same, for interrupt remapping, unless intremap=off is given"
                                    + " too");
        }
        return option.startsWith("pt") ? Optional.of(identity()) : Optional.empty();
    }

    private static String identity() {
        return "devices use physical addresses, but ACS is requested all the same, so redirect stays on";
    }

    private static Optional<String> aboutAmdIommu(String option) {
        if (option.startsWith("off")) {
            return Optional.of(
                    "the IOMMU is off but ACS is requested all the same, so redirect stays on; iommu=off"
                            + " with intremap=off ends that, pci=disable_acs_redir= takes redirect from the functions it names");
        }
        return option.equals("on") || option.equals("pt")
                ? Optional.of("no kernel knows this value; AMD's IOMMU is on unless it is switched off")
                : Optional.empty();
    }
}
