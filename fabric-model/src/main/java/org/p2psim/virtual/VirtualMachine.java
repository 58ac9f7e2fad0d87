package org.p2psim.virtual;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;

/**
 * A virtual machine as its VMM starts it.
 *
 * @param passthrough functions of the host that the guest gets, by vfio-pci
 * @param vcpu what CPUID tells the guest
 * @param kernel the guest's kernel
 */
public record VirtualMachine(MachineType machine, List<Bdf> passthrough, Cpu vcpu, KernelRelease kernel) {
    public VirtualMachine {
        passthrough = ImmutableList.copyOf(passthrough);
    }

    /** QEMU machine types. */
    public enum MachineType {
        /** PCIe: every passed-through function below a root port of its own. */
        Q35,
        /** Conventional PCI: every function on the root bus. */
        I440FX
    }
}
