package org.p2psim.scenario.evidence;

import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;

/** The kernels that vectors were recorded from: files give them short names. */
final class RecordedKernel {
    private RecordedKernel() {}

    /** The release that a line's {@code kernel} stands for. */
    static KernelRelease read(Value line) throws EvidenceException {
        return line.get("kernel").parsed(name -> {
            KernelRelease release = KernelRelease.parse(release(name));
            if (!release.atLeast(KernelRules.OLDEST)) {
                throw new IllegalArgumentException(
                        "kernel release %s: the rules are known from %s on".formatted(release, KernelRules.OLDEST));
            }
            return release;
        });
    }

    private static String release(String name) {
        return switch (name) {
            case "5.10" -> "5.10.262";
            case "6.1" -> "6.1.192";
            case "6.12" -> "6.12.107";
            case "7.3" -> "7.3-rc7";
            default -> name;
        };
    }
}
