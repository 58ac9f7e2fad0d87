package org.p2psim.scenario.inventory.host;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.platform.KernelRelease;

/** Finds the kernel's release and its command line in the lines of a terminal session or a kernel log. */
final class KernelLines {
    private static final Pattern UNAME = Pattern.compile("\\s*Linux [^ ]+ ([0-9]+\\.[0-9]+[^ ]*) #.*");
    private static final Pattern VERSION = Pattern.compile("Linux version ([0-9]+\\.[0-9]+[^ ]*) \\(");
    private static final Pattern RELEASE =
            Pattern.compile("\\s*([0-9]{1,2}\\.[0-9]{1,3}(?:\\.[0-9]+)?[-+~_.\\w]*)\\s*");
    private static final Pattern LOGGED = Pattern.compile("(?:Kernel command line|Command line): (.+)");

    /** How boot loaders and QEMU begin it. */
    private static final Pattern CMDLINE = Pattern.compile("(?:BOOT_IMAGE|root|initrd|console)=[^ ]+ .+");

    private static final Pattern ASKED_RELEASE = Pattern.compile("\\buname +-[a-z]*r");

    /** Outputs of the other commands of a line, such as {@code uname -a; cat /proc/cmdline}, come in between. */
    private static final int LINES_AFTER_QUESTION = 4;

    private Optional<KernelRelease> release = Optional.empty();
    private Optional<String> cmdline = Optional.empty();
    private int expectRelease;
    private int expectCmdline;

    Optional<KernelRelease> release() {
        return release;
    }

    Optional<String> cmdline() {
        return cmdline;
    }

    /** The release in a line of {@code uname -a} or {@code uname -r}. */
    static Optional<KernelRelease> uname(String line) {
        Matcher all = UNAME.matcher(line);
        Matcher alone = RELEASE.matcher(line);
        return all.matches() ? parse(all.group(1)) : alone.matches() ? parse(alone.group(1)) : Optional.empty();
    }

    void accept(String line) {
        if (line.isBlank()) {
            return;
        }
        expectRelease--;
        expectCmdline--;
        if (release.isEmpty()) {
            acceptRelease(line);
        }
        if (cmdline.isEmpty()) {
            acceptCmdline(line);
        }
        if (ASKED_RELEASE.matcher(line).find()) {
            expectRelease = LINES_AFTER_QUESTION;
        }
        if (line.contains("/proc/cmdline")) {
            expectCmdline = LINES_AFTER_QUESTION;
        }
    }

    private void acceptRelease(String line) {
        Matcher all = UNAME.matcher(line);
        Matcher version = VERSION.matcher(line);
        Matcher alone = RELEASE.matcher(line);
        if (all.matches()) {
            release = parse(all.group(1));
        } else if (version.find()) {
            release = parse(version.group(1));
        } else if (expectRelease > 0 && alone.matches()) {
            release = parse(alone.group(1));
        }
    }

    private void acceptCmdline(String line) {
        Matcher logged = LOGGED.matcher(line);
        String text = line.strip();
        if (line.contains("ommand line: ") && logged.find()) {
            cmdline = Optional.of(logged.group(1).strip());
        } else if (CMDLINE.matcher(text).matches()) {
            cmdline = Optional.of(text);
        } else if (expectCmdline > 0
                && text.contains("=")
                && !UNAME.matcher(line).matches()) {
            cmdline = Optional.of(text);
        }
    }

    private static Optional<KernelRelease> parse(String text) {
        try {
            return Optional.of(KernelRelease.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
