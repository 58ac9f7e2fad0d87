package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;

/**
 * One PCI function, bridges and switch ports included.
 *
 * @param name what the scenario calls it, or its address
 * @param upstreamBridge the bridge whose secondary bus it sits on; empty on a root bus
 * @param secondaryBus the bus below a bridge, -1 for functions that are not bridges
 * @param acs empty if the function has no ACS extended capability
 * @param linkBelow for root and downstream ports: the link to whatever is below
 * @param latency for upstream ports: time of a TLP through the switch, ticks; for endpoints: from the arrival of a
 *     memory read to the first completion, ticks; 0 otherwise
 * @param windows of bridges: what they forward downwards
 */
public record PciFunction(
        Bdf address,
        String name,
        DeviceId id,
        PortType type,
        Optional<Bdf> upstreamBridge,
        int secondaryBus,
        Optional<Acs> acs,
        Optional<Link> linkBelow,
        long latency,
        List<Bar> bars,
        List<Window> windows) {

    public PciFunction {
        if (type.isBridge() != (secondaryBus >= 0)) {
            throw new IllegalArgumentException(address + ": a bridge, and only a bridge, has a secondary bus");
        }
        if (linkBelow.isPresent() && !type.hasLinkBelow()) {
            throw new IllegalArgumentException(address + ": only root and downstream ports have a link below");
        }
        bars = ImmutableList.copyOf(bars);
        windows = ImmutableList.copyOf(windows);
    }

    /** A function without BARs, windows, link and latency: all that the kernel's decision needs. */
    public static PciFunction of(
            Bdf address,
            DeviceId id,
            PortType type,
            Optional<Bdf> upstreamBridge,
            int secondaryBus,
            Optional<Acs> acs) {
        return new PciFunction(
                address,
                address.toString(),
                id,
                type,
                upstreamBridge,
                secondaryBus,
                acs,
                Optional.empty(),
                0,
                List.of(),
                List.of());
    }

    public boolean redirects() {
        return acs.isPresent() && acs.get().redirects();
    }

    /** True unless it is known that the function does not redirect. */
    public boolean mayRedirect() {
        return acs.isPresent() && acs.get().mayRedirect();
    }

    public Optional<Bar> bar(int index) {
        return bars.stream().filter(bar -> bar.index() == index).findFirst();
    }

    public PciFunction named(String newName) {
        return new PciFunction(
                address, newName, id, type, upstreamBridge, secondaryBus, acs, linkBelow, latency, bars, windows);
    }

    public PciFunction withAcs(Optional<Acs> newAcs) {
        return new PciFunction(
                address, name, id, type, upstreamBridge, secondaryBus, newAcs, linkBelow, latency, bars, windows);
    }

    public PciFunction withBars(List<Bar> newBars) {
        return new PciFunction(
                address, name, id, type, upstreamBridge, secondaryBus, acs, linkBelow, latency, newBars, windows);
    }

    public PciFunction withWindows(List<Window> newWindows) {
        return new PciFunction(
                address, name, id, type, upstreamBridge, secondaryBus, acs, linkBelow, latency, bars, newWindows);
    }
}
