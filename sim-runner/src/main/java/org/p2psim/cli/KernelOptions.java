package org.p2psim.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which kernel is asked, whatever the file says. */
final class KernelOptions {
    @Option(
            names = "--kernel",
            paramLabel = "R",
            description = "Ask this kernel release, on the host and in the guest.")
    private Optional<String> kernel = Optional.empty();

    @Option(
            names = "--cmdline",
            paramLabel = "ARGS",
            description =
                    "Kernel command line of the host. It changes ACS words that come from firmware, not those that"
                            + " a dump shows.")
    private Optional<String> cmdline = Optional.empty();

    /** The same as values of {@code --set}. */
    List<String> settings() {
        List<String> settings = new ArrayList<>();
        kernel.ifPresent(release -> settings.add("kernel.release=" + release));
        cmdline.ifPresent(args -> settings.add("kernel.cmdline=" + args));
        return settings;
    }
}
