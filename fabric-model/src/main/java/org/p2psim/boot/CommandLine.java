package org.p2psim.boot;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;

/**
 * A kernel command line, read as the kernel reads it ({@code next_arg()}, lib/cmdline.c; {@code pci_setup()},
 * drivers/pci/pci.c): blanks separate parameters, a double quote keeps blanks until the next one, quotes are dropped
 * only around a whole parameter or its value, {@code -} and {@code _} in names are the same, and what follows
 * {@code --} is not the kernel's.
 */
public final class CommandLine {
    static final String DISABLE_ACS_REDIR = "disable_acs_redir=";
    static final String CONFIG_ACS = "config_acs=";

    /** Vendors whose CPUs come with AMD's IOMMU. */
    private static final ImmutableSet<String> AMD = ImmutableSet.of("AuthenticAMD", "HygonGenuine");
    /** Vendors whose CPUs come with Intel's VT-d, as the kernel looks for its table on any x86 CPU. */
    private static final ImmutableSet<String> VT_D = ImmutableSet.of("GenuineIntel", "CentaurHauls", "Shanghai");

    private final ImmutableList<Parameter> parameters;

    /**
     * One parameter.
     *
     * @param name with {@code _} for {@code -}
     * @param value empty if there is no {@code =}
     */
    record Parameter(String name, Optional<String> value) {
        private static final Splitter OPTIONS = Splitter.on(',').omitEmptyStrings();

        /** The options of its value, which commas separate. */
        List<String> options() {
            return OPTIONS.splitToList(value.orElse(""));
        }
    }

    private CommandLine(ImmutableList<Parameter> parameters) {
        this.parameters = parameters;
    }

    /** Reads a command line; there is none that the kernel would refuse. */
    public static CommandLine parse(String text) {
        ImmutableList.Builder<Parameter> parameters = ImmutableList.builder();
        int position = 0;
        while (position < text.length()) {
            if (isBlank(text.charAt(position))) {
                position++;
                continue;
            }
            int end = endOfParameter(text, position);
            String word = text.substring(position, end);
            if (word.equals("--")) {
                break;
            }
            parameters.add(parameter(word));
            position = end;
        }
        return new CommandLine(parameters.build());
    }

    private static int endOfParameter(String text, int start) {
        boolean quoted = false;
        int end = start;
        while (end < text.length() && (quoted || !isBlank(text.charAt(end)))) {
            quoted ^= text.charAt(end) == '"';
            end++;
        }
        return end;
    }

    private static Parameter parameter(String word) {
        String text = word.startsWith("\"") ? withoutLastQuote(word.substring(1)) : word;
        int equals = text.indexOf('=');
        if (equals <= 0) {
            return new Parameter(text.replace('-', '_'), Optional.empty());
        }
        String value = text.substring(equals + 1);
        return new Parameter(
                text.substring(0, equals).replace('-', '_'),
                Optional.of(value.startsWith("\"") ? withoutLastQuote(value.substring(1)) : value));
    }

    private static String withoutLastQuote(String text) {
        return text.endsWith("\"") ? text.substring(0, text.length() - 1) : text;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    ImmutableList<Parameter> parameters() {
        return parameters;
    }

    /** The options of every {@code pci=}, in order. */
    ImmutableList<String> pciOptions() {
        return optionsOf("pci");
    }

    ImmutableList<String> optionsOf(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .flatMap(parameter -> parameter.options().stream())
                .collect(ImmutableList.toImmutableList());
    }

    /** What the last {@code pci=disable_acs_redir=} selects; the earlier ones don't count. */
    public Optional<String> disableAcsRedir() {
        return lastOf(DISABLE_ACS_REDIR);
    }

    /** What the last {@code pci=config_acs=} asks for; the earlier ones don't count. */
    public Optional<String> configAcs() {
        return lastOf(CONFIG_ACS);
    }

    private Optional<String> lastOf(String prefix) {
        ImmutableList<String> given = pciOptions().stream()
                .filter(option -> option.startsWith(prefix))
                .collect(ImmutableList.toImmutableList());
        return Optional.ofNullable(Iterables.getLast(given, null)).map(option -> option.substring(prefix.length()));
    }

    /** Whether {@code pci=noats} keeps devices from using ATS. */
    public boolean disablesAts() {
        return pciOptions().stream().anyMatch(option -> option.startsWith("noats"));
    }

    /**
     * Whether the IOMMU of a machine with such a CPU stays off. Parameters of another vendor's IOMMU don't count; if
     * the CPU is not known, those of either do.
     */
    public boolean disablesIommu(Cpu cpu) {
        return mayBe(cpu, AMD) && (isIommuOff() || isAmdIommuOff())
                || mayBe(cpu, VT_D) && (isIommuOff() || isIntelIommuOff());
    }

    /**
     * Whether the kernel requests ACS on a machine with an IOMMU. Switching VT-d off ends that; a DMAR table that opts
     * in to protection, or a measured launch, can override it and is not considered. AMD's is requested as soon as the
     * IVRS table is found, which comes before {@code amd_iommu=off} is looked at and, for interrupt remapping, happens
     * in spite of {@code iommu=off} too (drivers/iommu/amd/init.c, {@code detect_ivrs()}; read in 5.10 to 7.3, booted
     * on 6.1.176 and 7.2.12). If the CPU is not known, the parameters of either vendor count.
     */
    public boolean requestsAcs(Cpu cpu) {
        if (mayBe(cpu, VT_D) && (isIommuOff() || isIntelIommuOff())) {
            return false;
        }
        return !(mayBe(cpu, AMD) && isIommuOff() && isInterruptRemappingOff());
    }

    private static boolean mayBe(Cpu cpu, Set<String> vendors) {
        return !cpu.isKnown() || vendors.contains(cpu.vendor().strip());
    }

    private boolean isIommuOff() {
        return optionsOf("iommu").stream().anyMatch(option -> option.startsWith("off"));
    }

    private boolean isAmdIommuOff() {
        return optionsOf("amd_iommu").stream().anyMatch(option -> option.startsWith("off"));
    }

    private boolean isIntelIommuOff() {
        return lastSwitchIsOff(optionsOf("intel_iommu"));
    }

    boolean isInterruptRemappingOff() {
        return parameters.stream().anyMatch(parameter -> parameter.name().equals("nointremap"))
                || lastSwitchIsOff(optionsOf("intremap"));
    }

    /** Of several {@code on} and {@code off} the last one holds. */
    private static boolean lastSwitchIsOff(List<String> options) {
        boolean off = false;
        for (String option : options) {
            if (option.startsWith("on")) {
                off = false;
            } else if (option.startsWith("off")) {
                off = true;
            }
        }
        return off;
    }

    /**
     * What to know about parameters that are often given for peer-to-peer DMA and don't do what is expected of them:
     * a sentence for each, in the order of the command line, then what the release itself does differently.
     */
    public ImmutableList<String> remarks(KernelRelease release) {
        return new CommandLineRemarks(this, release).all();
    }
}
