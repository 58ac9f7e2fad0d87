package org.p2psim.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.dmabuf.Bug;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.quantity.WholeNumber;
import org.p2psim.virtual.VirtualMachine.MachineType;

/**
 * A scenario file.
 *
 * @param p2psim version of the format, 1
 * @param seed of everything random; 1 if absent
 * @param devices by name
 * @param variants by name: the same machine in the states that are compared
 * @param expect what each variant must give; {@link #ALL_VARIANTS} goes for all of them
 */
public record Scenario(
        int p2psim,
        String title,
        Optional<String> source,
        Optional<String> description,
        OptionalLong seed,
        KernelSpec kernel,
        FabricSpec fabric,
        Map<String, Device> devices,
        Map<String, Variant> variants,
        List<Operation> timeline,
        Map<String, List<Expectation>> expect) {
    /** The key of {@code expect} whose lines every variant must meet. */
    public static final String ALL_VARIANTS = "all";

    public Scenario {
        devices = ImmutableMap.copyOf(devices);
        variants = ImmutableMap.copyOf(variants);
        timeline = ImmutableList.copyOf(timeline);
        expect = ImmutableMap.copyOf(expect);
    }

    /** The same with other operations. */
    public Scenario withTimeline(List<Operation> operations) {
        return new Scenario(
                p2psim, title, source, description, seed, kernel, fabric, devices, variants, operations, expect);
    }

    /**
     * The host's kernel.
     *
     * @param moveNotify whether it is built with DMABUF_MOVE_NOTIFY; it is if absent
     * @param dmaBuf name of the dma-buf core's profile; by release if absent
     * @param umem name of the profile of RDMA's import; by release if absent
     * @param bugs what it does wrong beside the mistakes of its drivers
     * @param withoutBugs mistakes of its drivers that it does not make
     */
    public record KernelSpec(
            KernelRelease release,
            Optional<String> cmdline,
            Optional<Boolean> moveNotify,
            Optional<String> dmaBuf,
            Optional<String> umem,
            List<Bug> bugs,
            List<Bug> withoutBugs) {
        public KernelSpec {
            bugs = ImmutableList.copyOf(bugs);
            withoutBugs = ImmutableList.copyOf(withoutBugs);
        }

        /** As released. */
        public static KernelSpec of(KernelRelease release, Optional<String> cmdline) {
            return new KernelSpec(
                    release, cmdline, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), List.of());
        }
    }

    /**
     * A state of the machine.
     *
     * @param kernel replaces what the top level says, key by key
     * @param set values by dotted path, see the schema
     */
    public record Variant(
            Optional<String> title,
            Optional<KernelChange> kernel,
            Optional<VirtualMachineSpec> virtualMachine,
            Map<String, Object> set) {
        public Variant {
            set = ImmutableMap.copyOf(set);
        }
    }

    /** What a variant says instead; its lists take the place of those of the top level. */
    public record KernelChange(
            Optional<KernelRelease> release,
            Optional<String> cmdline,
            Optional<Boolean> moveNotify,
            Optional<String> dmaBuf,
            Optional<String> umem,
            List<Bug> bugs,
            List<Bug> withoutBugs) {
        public KernelChange {
            bugs = ImmutableList.copyOf(bugs);
            withoutBugs = ImmutableList.copyOf(withoutBugs);
        }
    }

    /**
     * A virtual machine that gets functions of the host.
     *
     * @param machine q35 if absent
     * @param passthrough names of devices
     * @param vcpu what CPUID shows; the host's first socket if absent
     * @param kernel of the guest; the host's if absent
     */
    public record VirtualMachineSpec(
            Optional<MachineType> machine,
            List<String> passthrough,
            Optional<CpuSpec> vcpu,
            Optional<KernelRelease> kernel) {
        public VirtualMachineSpec {
            passthrough = ImmutableList.copyOf(passthrough);
        }
    }

    /** A CPU as {@code /proc/cpuinfo} shows it. */
    public record CpuSpec(
            String vendor,
            @WholeNumber int family,
            @WholeNumber OptionalInt model) {
        /** The vendor of a CPU that nobody captured. */
        public static final String NOT_KNOWN = "not-known";
    }
}
