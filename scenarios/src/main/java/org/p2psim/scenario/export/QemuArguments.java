package org.p2psim.scenario.export;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.VisibleText;
import org.p2psim.scenario.export.PassthroughGuest.Assigned;
import org.p2psim.topology.PciFunction;

/**
 * The command that starts a plan's guest with QEMU: machine type, CPU, and the PCI functions where
 * {@link org.p2psim.virtual.GuestView} has them. Disks, network and console are the user's to add.
 */
public final class QemuArguments {
    /** Characters that no shell gives a meaning to. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.,:=/+-]+");

    private QemuArguments() {}

    /**
     * Shell text: comments, then one command, one argument a line.
     *
     * @throws ExportException if the plan has no virtual machine, or one that QEMU cannot be
     */
    public static String of(Plan plan) throws ExportException {
        PassthroughGuest guest = PassthroughGuest.of(plan);
        List<String> arguments = new ArrayList<>();
        arguments.add("-machine " + machineType(guest) + ",accel=kvm");
        arguments.add("-cpu " + quoted(guest.cpuModel()));
        arguments.add("-m " + PassthroughGuest.MEMORY_GIB + "G");
        arguments.add("-vga none");
        arguments.add("-nic none");
        for (Assigned assigned : guest.assigned()) {
            assigned.rootPort().ifPresent(port -> arguments.add("-device " + rootPort(assigned, port)));
            arguments.add("-device " + function(assigned));
        }
        StringBuilder text = new StringBuilder();
        comments(plan, guest)
                .forEach(line -> text.append("# ").append(VisibleText.of(line)).append('\n'));
        text.append("qemu-system-x86_64");
        arguments.forEach(argument -> text.append(" \\\n  ").append(argument));
        return text.append('\n').toString();
    }

    private static String machineType(PassthroughGuest guest) {
        return switch (guest.machine().machine()) {
            case Q35 -> "q35";
            case I440FX -> "pc";
        };
    }

    private static String rootBus(PassthroughGuest guest) {
        return switch (guest.machine().machine()) {
            case Q35 -> "pcie.0";
            case I440FX -> "pci.0";
        };
    }

    private static String rootPort(Assigned assigned, PciFunction port) {
        // Chassis and slot together must differ from port to port (hw/pci/pcie_port.c).
        return "pcie-root-port,id=%s,bus=pcie.0,chassis=%d,slot=%d,%s"
                .formatted(id(port), port.secondaryBus(), port.secondaryBus(), address(assigned));
    }

    private static String function(Assigned assigned) {
        return "vfio-pci,host=%s,%s"
                .formatted(
                        assigned.host().address(),
                        assigned.rootPort()
                                .map(port -> "bus=%s,addr=%s".formatted(id(port), slot(assigned.guest())))
                                .orElseGet(() -> "bus=pci.0," + address(assigned)));
    }

    private static String id(PciFunction rootPort) {
        return "rp" + rootPort.secondaryBus();
    }

    private static String address(Assigned assigned) {
        return "addr=" + slot(assigned.onRootBus()) + (assigned.multifunction() ? ",multifunction=on" : "");
    }

    private static String slot(Bdf address) {
        return "%02x.%x".formatted(address.device(), address.function());
    }

    private static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }

    private static List<String> comments(Plan plan, PassthroughGuest guest) {
        List<String> lines = new ArrayList<>();
        lines.add("%s, variant %s: the guest of the virtual machine, for QEMU; written by p2psim."
                .formatted(plan.scenario(), plan.variant()));
        lines.add(plan.title());
        lines.add("Functions in the guest:");
        for (Assigned assigned : guest.assigned()) {
            lines.add("  %s  %s, host %s"
                    .formatted(
                            assigned.guest(),
                            assigned.host().name(),
                            assigned.host().address()));
        }
        lines.add("Bus numbers are the firmware's to give; these are what it gives as long as nothing else has a bus.");
        lines.add(
                "Assumed: KVM and %d GiB of memory. Each function is bound to vfio-pci, with the rest of its IOMMU group."
                        .formatted(PassthroughGuest.MEMORY_GIB));
        lines.add("-vga none and -nic none keep QEMU's own devices from the slots of %s. Add yours after the last line."
                .formatted(rootBus(guest)));
        lines.addAll(guest.bigBars());
        return lines;
    }
}
