package org.p2psim.report.svg;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Bar;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** What a picture says about one function. */
final class FunctionText {
    private FunctionText() {}

    /** ACS in the space of a port: the redirecting bits in force, if any. */
    static String acs(PciFunction port) {
        if (port.acs().isEmpty()) {
            return port.type() == PortType.UPSTREAM_PORT ? "" : "no ACS";
        }
        Acs acs = port.acs().get();
        if (!acs.isKnown()) {
            return "ACS not known";
        }
        if (acs.redirects()) {
            return "ACS " + letters(acs.control() & Acs.mask(List.of(AcsBit.RR, AcsBit.CR, AcsBit.EC)));
        }
        return acs.control() == 0 ? "ACS off" : "ACS " + letters(acs.control());
    }

    static String acsClass(PciFunction port) {
        if (port.acs().isEmpty()) {
            return port.type() == PortType.UPSTREAM_PORT ? "acs-off" : "acs-none";
        }
        if (port.redirects()) {
            return "acs-redirect";
        }
        return port.mayRedirect() ? "acs-none" : "acs-off";
    }

    /** The third line of an endpoint: its large BARs, and ACS if it redirects between functions. */
    static String details(PciFunction function) {
        StringJoiner line = new StringJoiner(", ");
        function.bars().stream()
                .filter(bar -> Long.compareUnsigned(bar.range().size(), Bytes.MIB) >= 0)
                .forEach(bar -> line.add(
                        "BAR" + bar.index() + " " + Bytes.format(bar.range().size())));
        if (function.redirects()) {
            line.add(acs(function));
        }
        return line.toString();
    }

    /** All that is known of a function. */
    static String facts(PciFunction function) {
        List<String> facts = new ArrayList<>();
        facts.add(Label.name(function.name()) + ": " + word(function.type()));
        facts.add(function.address() + ", " + function.id());
        if (function.secondaryBus() >= 0) {
            facts.add("secondary bus %02x".formatted(function.secondaryBus()));
        }
        function.linkBelow().ifPresent(link -> facts.add("link below " + link));
        facts.add(acsFacts(function));
        for (Bar bar : function.bars()) {
            facts.add("BAR %d %s at 0x%x%s"
                    .formatted(
                            bar.index(),
                            Bytes.format(bar.range().size()),
                            bar.range().base(),
                            bar.prefetchable() ? ", prefetchable" : ""));
        }
        function.windows().forEach(w -> facts.add((w.prefetchable() ? "prefetchable window " : "window ") + w.range()));
        if (function.latency() > 0) {
            facts.add("latency " + Ticks.format(function.latency()));
        }
        return String.join("; ", facts);
    }

    private static String acsFacts(PciFunction function) {
        if (function.acs().isPresent() && !function.acs().get().isKnown()) {
            return "ACS not known";
        }
        return function.acs()
                .map(acs -> "ACS capability " + letters(acs.capability()) + ", in force " + letters(acs.control()))
                .orElse("no ACS capability seen");
    }

    private static String letters(int mask) {
        return mask == 0 ? "none" : Acs.bits(mask).stream().map(AcsBit::name).collect(Collectors.joining(" "));
    }

    static String word(PortType type) {
        return switch (type) {
            case HOST_BRIDGE -> "host bridge function";
            case ROOT_PORT -> "root port";
            case UPSTREAM_PORT -> "switch upstream port";
            case DOWNSTREAM_PORT -> "switch downstream port";
            case PCIE_TO_PCI_BRIDGE -> "PCIe-to-PCI bridge";
            case ENDPOINT -> "endpoint";
            case LEGACY_ENDPOINT -> "legacy endpoint";
            case RC_INTEGRATED_ENDPOINT -> "root complex integrated endpoint";
        };
    }

    static String styleClass(PortType type) {
        return switch (type) {
            case HOST_BRIDGE -> "host-bridge-function";
            case ROOT_PORT -> "root-port";
            case UPSTREAM_PORT -> "upstream-port";
            case DOWNSTREAM_PORT -> "downstream-port";
            case PCIE_TO_PCI_BRIDGE -> "pci-bridge";
            case ENDPOINT -> "endpoint";
            case LEGACY_ENDPOINT -> "endpoint legacy";
            case RC_INTEGRATED_ENDPOINT -> "endpoint integrated";
        };
    }

    static String word(IommuMode mode) {
        return switch (mode) {
            case OFF -> "off";
            case IDENTITY -> "identity";
            case TRANSLATING -> "translating";
        };
    }
}
