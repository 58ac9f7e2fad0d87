package org.p2psim.scenario.inventory;

import java.util.Optional;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;

/**
 * What the kernel's decision needs besides the fabric, as far as it was captured.
 *
 * @param cpu the boot CPU: the first block of {@code /proc/cpuinfo}
 * @param kernel as {@code uname -r} prints it
 * @param cmdline as {@code /proc/cmdline} prints it
 */
public record HostFacts(Optional<Cpu> cpu, Optional<KernelRelease> kernel, Optional<String> cmdline) {
    public static final HostFacts NONE = new HostFacts(Optional.empty(), Optional.empty(), Optional.empty());

    /** These facts, and another source's for what is missing here. */
    public HostFacts or(HostFacts other) {
        return new HostFacts(cpu.or(other::cpu), kernel.or(other::kernel), cmdline.or(other::cmdline));
    }

    /** A kernel release as {@code uname -r} prints it; empty if the text is none. */
    public static Optional<KernelRelease> release(String text) {
        try {
            return Optional.of(KernelRelease.parse(text.strip()));
        } catch (IllegalArgumentException notARelease) {
            return Optional.empty();
        }
    }

    /** Notes which of these facts a dump does not say, and what says them. */
    public void noteMissing(GroupedNotes notes) {
        if (cpu.isEmpty()) {
            notes.add(Note.Kind.NOT_KNOWN, "the CPU; the first block of /proc/cpuinfo says it", "");
        }
        if (kernel.isEmpty()) {
            notes.add(Note.Kind.NOT_KNOWN, "the kernel release; uname -r says it", "");
        }
        if (cmdline.isEmpty()) {
            notes.add(Note.Kind.NOT_KNOWN, "the kernel command line; /proc/cmdline says it", "");
        }
    }
}
