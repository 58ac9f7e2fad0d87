package org.p2psim.topology;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import java.util.Optional;

/**
 * The {@code pci=} boot parameters that ACS depends on. A comma ends an option, as the kernel's own cutting does
 * (drivers/pci/pci.c, pci_setup()); of an option that comes several times the last one counts.
 *
 * @param disableAcsRedir what follows {@code disable_acs_redir=}
 * @param configAcs what follows {@code config_acs=}
 * @param noAts whether {@code noats} is there
 */
public record PciParameters(Optional<String> disableAcsRedir, Optional<String> configAcs, boolean noAts) {
    private static final String DISABLE_ACS_REDIR = "disable_acs_redir=";
    private static final String CONFIG_ACS = "config_acs=";

    /** Reads a kernel command line. */
    public static PciParameters of(String cmdline) {
        Optional<String> disableAcsRedir = Optional.empty();
        Optional<String> configAcs = Optional.empty();
        boolean noAts = false;
        for (String word :
                Splitter.on(CharMatcher.whitespace()).omitEmptyStrings().split(cmdline)) {
            String unquoted = CharMatcher.is('"').removeFrom(word);
            if (!unquoted.startsWith("pci=")) {
                continue;
            }
            for (String option : Splitter.on(',').split(unquoted.substring("pci=".length()))) {
                if (option.startsWith(DISABLE_ACS_REDIR)) {
                    disableAcsRedir = Optional.of(option.substring(DISABLE_ACS_REDIR.length()));
                } else if (option.startsWith(CONFIG_ACS)) {
                    configAcs = Optional.of(option.substring(CONFIG_ACS.length()));
                } else if (option.equals("noats")) {
                    noAts = true;
                }
            }
        }
        return new PciParameters(disableAcsRedir, configAcs, noAts);
    }
}
