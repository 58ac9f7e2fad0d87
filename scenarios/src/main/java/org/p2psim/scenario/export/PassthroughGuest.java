package org.p2psim.scenario.export;

import com.google.common.collect.ImmutableList;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.VisibleText;
import org.p2psim.topology.Bar;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;
import org.p2psim.virtual.GuestView;
import org.p2psim.virtual.VirtualMachine;

/** The guest of a plan, as the VMM that starts it must be told. */
record PassthroughGuest(Fabric host, VirtualMachine machine, GuestView view) {
    /** Of the guest: VFIO pins all of it, and a scenario doesn't say how much there is. */
    static final int MEMORY_GIB = 16;

    static final String HOST_MODEL = "host";
    /** What QEMU takes as a vendor: the twelve characters of CPUID; a comma would end the property. */
    private static final Pattern VENDOR = Pattern.compile("[ -+\\--~]{12}");

    /** The 64-bit window of an OVMF that doesn't know the address width of its CPU (PcdPciMmio64Size). */
    private static final long CLASSIC_WINDOW = 32 * Bytes.GIB;

    /**
     * A function that the guest gets.
     *
     * @param guest where it is in the guest
     * @param rootPort above it; empty on a root bus
     * @param onRootBus where the root port is, or the function itself if there is none
     * @param multifunction whether other functions of the root bus have the same device number and it is the first
     */
    record Assigned(
            PciFunction host, Bdf guest, Optional<PciFunction> rootPort, Bdf onRootBus, boolean multifunction) {}

    /** @throws ExportException if the plan has no virtual machine, or one whose functions don't fit */
    static PassthroughGuest of(Plan plan) throws ExportException {
        String variant = VisibleText.of(plan.variant());
        Optional<VirtualMachine> machine = plan.virtualMachine();
        if (machine.isEmpty()) {
            throw new ExportException(
                    "variant %s has no virtual machine; name one with --variant, or give --passthrough"
                            .formatted(variant));
        }
        try {
            return new PassthroughGuest(plan.fabric(), machine.get(), GuestView.of(plan.fabric(), machine.get()));
        } catch (IllegalArgumentException e) {
            throw new ExportException("variant %s: %s".formatted(variant, e.getMessage()));
        }
    }

    /** The passed-through functions, in the order in which the guest finds them. */
    ImmutableList<Assigned> assigned() {
        ImmutableList<PciFunction> rootBus =
                view.fabric().rootBus(view.fabric().hostBridges().get(0));
        return view.fabric().endpoints().stream()
                .map(guest -> assigned(guest, rootBus))
                .collect(ImmutableList.toImmutableList());
    }

    private Assigned assigned(PciFunction guest, ImmutableList<PciFunction> rootBus) {
        Optional<PciFunction> port = view.fabric().upstreamBridge(guest);
        Bdf onRootBus = port.orElse(guest).address();
        Predicate<PciFunction> neighbour = other -> other.address().device() == onRootBus.device()
                && !other.address().equals(onRootBus);
        boolean multifunction = onRootBus.function() == 0 && rootBus.stream().anyMatch(neighbour);
        Bdf onHost = Objects.requireNonNull(view.toHost().get(guest.address()));
        return new Assigned(host.function(onHost), guest.address(), port, onRootBus, multifunction);
    }

    /**
     * The CPU model, as QEMU's {@code -cpu} takes it: the host's, with what the guest shall see differently. A named
     * model would not do: under KVM it keeps the host's vendor (target/i386/cpu.c, x86_cpu_load_model()).
     *
     * @throws ExportException if no x86 CPU can be what the plan says
     */
    String cpuModel() throws ExportException {
        Cpu vcpu = machine.vcpu();
        Cpu hostCpu = host.bootCpu();
        if (!VENDOR.matcher(vcpu.vendor()).matches()) {
            throw new ExportException(
                    "the guest's CPU has vendor \"%s\"; on a QEMU x86 machine it is twelve characters, such as GenuineIntel"
                            .formatted(VisibleText.of(vcpu.vendor())));
        }
        if (vcpu.equals(hostCpu)) {
            return HOST_MODEL;
        }
        String model = "%s,vendor=%s,family=%d".formatted(HOST_MODEL, vcpu.vendor(), vcpu.family());
        return vcpu.model() == 0 ? model : model + ",model=" + vcpu.model();
    }

    /** What the firmware must know about large BARs; nothing if any firmware places them. */
    ImmutableList<String> bigBars() {
        long total = 0;
        for (PciFunction function : view.fabric().endpoints()) {
            long bars = function.bars().stream()
                    .filter(Bar::prefetchable)
                    .mapToLong(bar -> bar.range().size())
                    .sum();
            total += powerOfTwo(bars);
        }
        long window = powerOfTwo(total);
        if (window <= CLASSIC_WINDOW) {
            return ImmutableList.of();
        }
        return ImmutableList.of(
                "The BARs need up to %s of addresses above 4 GiB. SeaBIOS makes room for what there is, and a current"
                        .formatted(Bytes.format(window)),
                "OVMF takes an eighth of the CPU's physical address space, which must have that much. An OVMF without a",
                "dynamic MMIO window takes %s, unless QEMU is given -fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=%d"
                        .formatted(Bytes.format(CLASSIC_WINDOW), window / Bytes.MIB));
    }

    /** The least power of two that is not below; 0 for 0. */
    private static long powerOfTwo(long size) {
        return size <= 1 ? size : Long.highestOneBit(size - 1) << 1;
    }
}
