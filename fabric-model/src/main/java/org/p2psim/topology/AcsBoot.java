package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.KernelRules.Rule;

/**
 * Which ACS control words a booting kernel writes (drivers/pci/pci.c, pci_enable_acs()): firmware's word, what is
 * enabled because an IOMMU asked for isolation, then the boot parameters {@code pci=disable_acs_redir=} and
 * {@code pci=config_acs=}.
 */
public final class AcsBoot {
    private static final int REDIRECT = AcsBit.RR.mask() | AcsBit.CR.mask() | AcsBit.EC.mask();
    private static final int STANDARD = AcsBit.SV.mask() | AcsBit.RR.mask() | AcsBit.CR.mask() | AcsBit.UF.mask();
    private static final int ALL = 0x7f;

    private final KernelRules rules;
    private final boolean requested;
    private final PciParameters parameters;

    /**
     * A function with an ACS capability.
     *
     * @param bridges the bridges above it, nearest first
     * @param untrusted external-facing, or marked untrusted
     * @param firmware control word before the kernel boots
     */
    public record Function(
            Bdf address,
            List<Bdf> bridges,
            DeviceId id,
            DeviceId subsystem,
            boolean untrusted,
            int capability,
            int firmware) {
        public Function {
            bridges = ImmutableList.copyOf(bridges);
        }
    }

    /** @param requested whether an IOMMU asked for ACS, anywhere in the machine */
    public AcsBoot(KernelRules rules, boolean requested, PciParameters parameters) {
        this.rules = rules;
        this.requested = requested;
        this.parameters = parameters;
    }

    /** The control word that the kernel writes; bits that the function lacks stay 0 in hardware. */
    public int written(Function function) {
        int control = requested ? enabled(function) : function.firmware();
        if (parameters.disableAcsRedir().isPresent()
                && new AcsSelectors(function)
                        .matchAny(parameters.disableAcsRedir().get())) {
            control = withoutRedirect(function, control);
        }
        if (parameters.configAcs().isPresent() && rules.has(Rule.CONFIG_ACS)) {
            control = configured(function, parameters.configAcs().get()).orElse(control);
        }
        return control;
    }

    private int enabled(Function function) {
        boolean blocks = function.untrusted() || parameters.noAts() && rules.has(Rule.NOATS_BLOCKS_TRANSLATION);
        int wanted = STANDARD | (blocks ? AcsBit.TB.mask() : 0);
        return function.firmware() | function.capability() & wanted;
    }

    private int withoutRedirect(Function function, int control) {
        if (rules.has(Rule.DISABLE_ACS_REDIR_FROM_FIRMWARE)) {
            return function.firmware() & ~REDIRECT;
        }
        if (rules.has(Rule.DISABLE_ACS_REDIR_SETS_OTHER_BITS)) {
            return function.firmware() & REDIRECT | ALL & ~REDIRECT;
        }
        return control & ~REDIRECT;
    }

    /** The word of the first entry whose selector matches. */
    private Optional<Integer> configured(Function function, String parameter) {
        AcsSelectors selectors = new AcsSelectors(function);
        String rest = parameter;
        while (!rest.isEmpty()) {
            int at = rest.indexOf('@');
            Optional<Flags> flags = at < 0 ? Optional.empty() : Flags.parse(rest.substring(0, at));
            if (flags.isEmpty()) {
                return Optional.empty();
            }
            AcsSelectors.Scan scan = selectors.scan(rest.substring(at + 1));
            switch (scan.answer()) {
                case MATCHES -> {
                    return Optional.of(function.firmware() & ~flags.get().mask()
                            | flags.get().value());
                }
                case UNREADABLE -> {
                    return Optional.empty();
                }
                case OTHER -> {
                    if (!scan.separated() || !rules.has(Rule.DISABLE_ACS_REDIR_FROM_FIRMWARE)) {
                        return Optional.empty();
                    }
                    rest = scan.rest();
                }
            }
        }
        return Optional.empty();
    }

    /** Which bits an entry sets, and to what; the last character is bit 0. */
    private record Flags(int mask, int value) {
        static Optional<Flags> parse(String text) {
            int mask = 0;
            int value = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(text.length() - 1 - i);
                boolean keeps = c == 'x' || c == 'X';
                if (!keeps && (c != '0' && c != '1' || i > 6)) {
                    return Optional.empty();
                }
                if (!keeps) {
                    mask |= 1 << i;
                    value |= (c - '0') << i;
                }
            }
            return Optional.of(new Flags(mask, value));
        }
    }
}
