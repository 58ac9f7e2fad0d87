package org.p2psim.run.replay;

import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.routing.AddressKind;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.virtual.GuestView;

/**
 * The machine of one run as its two sides see it: the kernel that decides (the guest's in a VM) and the host, whose
 * fabric every byte travels.
 *
 * @param kernel the release of the kernel that decides
 * @param guest what that kernel sees if it is a guest's
 */
public record World(Plan plan, Optional<GuestView> guest, KernelRelease kernel, P2pdma p2pdma) {
    public static World of(Plan plan) {
        Optional<GuestView> guest = plan.virtualMachine().map(machine -> GuestView.of(plan.fabric(), machine));
        KernelRelease kernel =
                plan.virtualMachine().map(machine -> machine.kernel()).orElse(plan.kernel());
        Fabric seen = guest.map(GuestView::fabric).orElse(plan.fabric());
        return new World(plan, guest, kernel, new P2pdma(seen, seen.bootCpu(), KernelRules.of(kernel)));
    }

    /** The same machine with another timeline. */
    public World with(Plan other) {
        return new World(other, guest, kernel, p2pdma);
    }

    public Fabric host() {
        return plan.fabric();
    }

    /** The fabric that the deciding kernel sees. */
    public Fabric seen() {
        return guest.map(GuestView::fabric).orElse(plan.fabric());
    }

    public Device device(String name) {
        return Optional.ofNullable(plan.devices().get(name)).orElseThrow();
    }

    public PciFunction onHost(String name) {
        return host().function(Optional.ofNullable(plan.addresses().get(name)).orElseThrow());
    }

    /** Where the deciding kernel sees a device; empty if the VM was not given it. */
    public Optional<Bdf> seenAddress(String name) {
        Bdf onHost = onHost(name).address();
        return guest.isEmpty() ? Optional.of(onHost) : guest.get().guestAddress(onHost);
    }

    /** What a device puts into its requests. */
    public AddressKind addresses(String device) {
        if (!translates(device)) {
            return AddressKind.BUS_ADDRESS;
        }
        return device(device).ats().isPresent() ? AddressKind.TRANSLATED : AddressKind.IOVA;
    }

    /** Whether the IOMMU translates what a device puts into its requests: for a VM's devices it always does. */
    public boolean translates(String device) {
        return guest.isPresent() || host().hostBridge(onHost(device)).iommu() == IommuMode.TRANSLATING;
    }
}
