package org.p2psim.iommu;

import com.google.common.collect.ImmutableMultiset;
import com.google.common.collect.Multiset;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.platform.AcsQuirks;
import org.p2psim.platform.AcsQuirks.Effect;
import org.p2psim.platform.AcsQuirks.Functions;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/**
 * Whether a function keeps the DMA of others away from its peers ({@code pci_acs_enabled()}, drivers/pci/pci.c, with
 * the flags of drivers/iommu/iommu.c).
 */
final class Isolation {
    private static final int REQUIRED = AcsBit.SV.mask() | AcsBit.RR.mask() | AcsBit.CR.mask() | AcsBit.UF.mask();

    private final AcsQuirks quirks;
    private final Set<Bdf> virtualFunctions;
    private final Multiset<Bdf> devices;
    private final boolean ifNotKnown;

    /** @param ifNotKnown what to say where it depends on words that nobody captured */
    Isolation(Fabric fabric, KernelRelease release, Set<Bdf> virtualFunctions, boolean ifNotKnown) {
        this.quirks = AcsQuirks.of(release);
        this.virtualFunctions = virtualFunctions;
        this.devices = fabric.functions().stream()
                .map(PciFunction::address)
                .filter(address -> !virtualFunctions.contains(address))
                .map(Isolation::device)
                .collect(ImmutableMultiset.toImmutableMultiset());
        this.ifNotKnown = ifNotKnown;
    }

    /** The address of function 0, which stands for the device. */
    static Bdf device(Bdf address) {
        return new Bdf(address.domain(), address.bus(), address.device(), 0);
    }

    /**
     * Whether a function is one of several of its device. Linux reads that from the header; here it is derived: several
     * functions have its bus and device number. It treats a virtual function as one of its own.
     */
    boolean isMultifunction(PciFunction function) {
        return !virtualFunctions.contains(function.address()) && devices.count(device(function.address())) > 1;
    }

    boolean isIsolated(PciFunction function) {
        return quirks.entries(function.id())
                .filter(entry -> entry.effect() != Effect.NO_SOURCE_VALIDATION)
                .filter(entry -> isMeant(entry.functions(), function))
                .findFirst()
                .map(entry -> isIsolated(entry.effect(), function))
                .orElseGet(() -> isIsolatedByType(function));
    }

    private boolean isMeant(Functions functions, PciFunction function) {
        return switch (functions) {
            case ANY -> true;
            case ROOT_PORT -> function.type() == PortType.ROOT_PORT;
            case ROOT_OR_DOWNSTREAM_PORT -> function.type().hasLinkBelow();
            case INTEGRATED_ENDPOINT -> function.type() == PortType.RC_INTEGRATED_ENDPOINT;
            case MULTIFUNCTION_ON_ROOT_BUS -> function.upstreamBridge().isEmpty() && isMultifunction(function);
        };
    }

    private boolean isIsolated(Effect effect, PciFunction function) {
        return switch (effect) {
            case ISOLATED_WITHOUT_CAPABILITY -> true;
            case NEVER_ISOLATED -> false;
            // the kernel turned the bits on at 8, where the fabric does not see them
            case CONTROL_AT_8 ->
                function.acs().map(acs -> !mayBeMissing(acs) || ifNotKnown).orElse(false);
            case NO_SOURCE_VALIDATION -> isIsolatedByType(function);
        };
    }

    private boolean isIsolatedByType(PciFunction function) {
        return switch (function.type()) {
            case HOST_BRIDGE, PCIE_TO_PCI_BRIDGE -> false;
            case ROOT_PORT, DOWNSTREAM_PORT -> hasBitsOn(function);
            case UPSTREAM_PORT, ENDPOINT, LEGACY_ENDPOINT, RC_INTEGRATED_ENDPOINT ->
                !isMultifunction(function) || hasBitsOn(function);
        };
    }

    /** Bits that the capability lacks count as wired on. */
    private boolean hasBitsOn(PciFunction function) {
        if (function.acs().isEmpty()) {
            return false;
        }
        Acs acs = function.acs().get();
        if (mayBeMissing(acs)) {
            return ifNotKnown;
        }
        int required = acs.capability() & REQUIRED;
        if (quirks.has(function.id(), Effect.NO_SOURCE_VALIDATION)) {
            required &= ~AcsBit.SV.mask();
        }
        int on = ifNotKnown ? acs.control() | acs.notKnown() : acs.control();
        return (on & required) == required;
    }

    private static boolean mayBeMissing(Acs acs) {
        return !acs.isKnown() && acs.capability() == 0;
    }
}
