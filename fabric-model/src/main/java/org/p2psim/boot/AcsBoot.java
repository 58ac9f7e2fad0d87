package org.p2psim.boot;

import java.util.Optional;
import org.p2psim.boot.FunctionSelector.Found;
import org.p2psim.platform.AcsQuirks;
import org.p2psim.platform.AcsQuirks.Effect;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.AcsPattern;

/**
 * The ACS control words that a kernel writes at boot ({@code pci_enable_acs()}, drivers/pci/pci.c): the firmware's
 * word, the kernel's default where an IOMMU made it request ACS, then the parameters of its command line.
 */
public final class AcsBoot {
    private static final int REDIRECT = AcsBit.RR.mask() | AcsBit.CR.mask() | AcsBit.EC.mask();
    private static final int ALL = 0x7f;
    private static final int DEFAULT = AcsBit.SV.mask() | AcsBit.RR.mask() | AcsBit.CR.mask() | AcsBit.UF.mask();

    private final KernelRelease release;
    private final AcsParameters parameters;
    private final AcsQuirks quirks;
    private final boolean requested;
    private final boolean noAts;
    private final Optional<String> disableAcsRedir;
    private final Optional<String> configAcs;

    /**
     * A boot.
     *
     * @param requested whether an IOMMU, or Xen, made the kernel request ACS
     * @param disableAcsRedir what follows {@code pci=disable_acs_redir=}
     * @param configAcs what follows {@code pci=config_acs=}; releases before 6.11 don't know it
     */
    public AcsBoot(
            KernelRelease release,
            boolean requested,
            boolean noAts,
            Optional<String> disableAcsRedir,
            Optional<String> configAcs) {
        this.release = release;
        this.parameters = AcsParameters.of(release);
        this.quirks = AcsQuirks.of(release);
        this.requested = requested;
        this.noAts = noAts;
        this.disableAcsRedir = disableAcsRedir;
        this.configAcs = configAcs;
    }

    /** Whether {@code pci=disable_acs_redir=} turns redirect off on a release whatever the firmware left. */
    public static boolean clearsRedirect(KernelRelease release) {
        return AcsParameters.of(release) != AcsParameters.SETS_OTHER_BITS;
    }

    /** A boot with a command line. */
    public static AcsBoot of(KernelRelease release, boolean requested, String cmdline) {
        CommandLine line = CommandLine.parse(cmdline);
        return new AcsBoot(release, requested, line.disablesAts(), line.disableAcsRedir(), line.configAcs());
    }

    /**
     * The word that is written for a function with an ACS capability, before hardware drops the bits that it lacks;
     * empty without one. Where the control register is at another place, the word that p2pdma reads stays the
     * firmware's.
     */
    public Optional<Integer> written(BootFunction function) {
        return function.firmware().map(firmware -> {
            if (quirks.has(function.id(), Effect.CONTROL_AT_8)) {
                return firmware.control();
            }
            int word = requested ? withDefault(function, firmware) : firmware.control();
            if (disableAcsRedir.isPresent() && selects(disableAcsRedir.get(), function)) {
                word = withoutRedirect(word, firmware.control());
            }
            return configAcs.isPresent() && parameters.hasConfigAcs()
                    ? configured(configAcs.get(), function, word, firmware.control())
                    : word;
        });
    }

    /** The capability as it is after boot: hardware keeps bits that it lacks at 0. */
    public Optional<Acs> booted(BootFunction function) {
        return function.firmware()
                .map(firmware -> firmware.withControl(written(function).orElseThrow() & firmware.capability()));
    }

    private int withDefault(BootFunction function, Acs firmware) {
        int bits = DEFAULT;
        boolean blocksTranslated = function.externalFacing()
                || function.untrusted()
                || noAts && KernelFeature.NOATS_BLOCKS_TRANSLATED.isIn(release);
        if (blocksTranslated) {
            bits |= AcsBit.TB.mask();
        }
        if (quirks.has(function.id(), Effect.NO_SOURCE_VALIDATION)) {
            bits &= ~AcsBit.SV.mask();
        }
        return firmware.control() | (firmware.capability() & bits);
    }

    private int withoutRedirect(int word, int firmware) {
        return switch (parameters) {
            case CLEARS_REDIRECT -> word & ~REDIRECT;
            case SETS_OTHER_BITS -> (word & ~REDIRECT) | (firmware & REDIRECT) | (ALL & ~REDIRECT);
            case STARTS_FROM_FIRMWARE -> firmware & ~REDIRECT;
        };
    }

    private static boolean selects(String list, BootFunction function) {
        FunctionSelector selector = new FunctionSelector(list, 0);
        while (!selector.atEnd()) {
            Found found = selector.read(function);
            if (found != Found.NO_MATCH || !selector.nextSeparator()) {
                return found == Found.MATCH;
            }
        }
        return false;
    }

    /** {@code FLAGS@SELECTOR;...}: the last flag is bit 0; 0 and 1 set a bit, x takes the firmware's. */
    private int configured(String list, BootFunction function, int word, int firmware) {
        int position = 0;
        while (position < list.length()) {
            int at = list.indexOf('@', position);
            if (at < 0) {
                return word;
            }
            Optional<AcsPattern> flags = flags(list.substring(position, at));
            if (flags.isEmpty()) {
                return word;
            }
            FunctionSelector selector = new FunctionSelector(list, at + 1);
            switch (selector.read(function)) {
                case MATCH -> {
                    return flags.get().appliedTo(firmware);
                }
                case UNREADABLE -> {
                    return word;
                }
                case NO_MATCH -> {
                    boolean more = parameters == AcsParameters.STARTS_FROM_FIRMWARE && selector.nextSeparator();
                    if (!more) {
                        return word;
                    }
                    position = selector.position();
                }
            }
        }
        return word;
    }

    /** What an entry of {@code config_acs} sets; the kernel takes any number of flags as long as the high ones are x. */
    private static Optional<AcsPattern> flags(String text) {
        int mask = 0;
        int value = 0;
        for (int bit = 0; bit < text.length(); bit++) {
            char flag = text.charAt(text.length() - 1 - bit);
            if (flag != '0' && flag != '1' && flag != 'x' && flag != 'X') {
                return Optional.empty();
            }
            boolean given = flag == '0' || flag == '1';
            if (given && 1 << bit > ALL) {
                return Optional.empty();
            }
            mask |= given ? 1 << bit : 0;
            value |= flag == '1' ? 1 << bit : 0;
        }
        return Optional.of(new AcsPattern(mask, value));
    }
}
