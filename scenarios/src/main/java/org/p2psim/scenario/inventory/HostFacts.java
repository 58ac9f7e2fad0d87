package org.p2psim.scenario.inventory;

import java.util.Optional;
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
}
