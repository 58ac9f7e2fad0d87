package org.p2psim.scenario.assembly;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.AcsSpec;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.FabricSpec.BridgeSpec;
import org.p2psim.scenario.FabricSpec.IntegratedEndpointSpec;
import org.p2psim.scenario.FabricSpec.PortSpec;
import org.p2psim.scenario.FabricSpec.RootComplexSpec;
import org.p2psim.scenario.FabricSpec.SwitchSpec;
import org.p2psim.scenario.FabricSpec.UpstreamSpec;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.LinkSpec;
import org.p2psim.scenario.quantity.Quantities;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

/** Draws the functions below a root complex from what the file says: types, ids, trained links, ACS, latencies. */
final class Drawing {
    private final Map<String, Device> devices;
    private final Defaults defaults;
    private final Assumptions assumptions;
    private final List<Finding> findings;
    private final Set<String> used = new HashSet<>();
    private boolean misnamed;

    /** @param devices with their defaults */
    Drawing(Map<String, Device> devices, Defaults defaults, Assumptions assumptions, List<Finding> findings) {
        this.devices = devices;
        this.defaults = defaults;
        this.assumptions = assumptions;
        this.findings = findings;
    }

    /** The functions on a root bus. */
    List<Draft> rootBus(RootComplexSpec spec, String pointer, Cpu cpu) {
        List<Draft> drafts = new ArrayList<>();
        if (spec.hostBridge().isPresent()) {
            String at = spec.hostBridge().get().at().orElse("00.0");
            String where = pointer + "/host-bridge";
            OptionalInt slot = OptionalInt.of(Quantities.slot(at));
            drafts.add(leaf(
                    spec.id() + ".host-bridge", where, spec.hostBridge().get().id(), PortType.HOST_BRIDGE, slot));
        } else {
            assumptions.assume(
                    spec.id(),
                    "the root bus shows no host bridge function, so the kernel looks at its first root port");
        }
        for (int i = 0; i < spec.rootPorts().size(); i++) {
            PortSpec port = spec.rootPorts().get(i);
            DeviceId id = defaults.rootPortId(port.id(), port.pciId(), cpu);
            OptionalInt slot = slot(port.at());
            drafts.add(port(port, pointer + "/root-ports/" + i, id, PortType.ROOT_PORT, slot, Optional.empty()));
        }
        for (int i = 0; i < spec.integratedEndpoints().size(); i++) {
            IntegratedEndpointSpec endpoint = spec.integratedEndpoints().get(i);
            String where = pointer + "/integrated-endpoints/" + i + "/device";
            device(endpoint.device(), where, PortType.RC_INTEGRATED_ENDPOINT, slot(endpoint.at()))
                    .ifPresent(drafts::add);
        }
        return drafts;
    }

    /** Every declared device must be somewhere; one that is not may just be what another name was meant to be. */
    void checkAllUsed() {
        if (misnamed) {
            return;
        }
        devices.forEach((name, device) -> {
            if (device.isFunction() && !used.contains(name)) {
                findings.add(new Finding(
                        "/devices" + Finding.step(name), true, "declared, but nowhere in the fabric", "unused-device"));
            }
        });
    }

    private Draft port(
            PortSpec spec, String pointer, DeviceId id, PortType type, OptionalInt slot, Optional<Link> upstreamLink) {
        Optional<Link> link = trained(spec, upstreamLink);
        List<Draft> below = new ArrayList<>();
        spec.switchBelow()
                .ifPresent(nested -> below.add(fabricSwitch(nested, pointer + "/switch", link.orElseThrow())));
        spec.bridge().ifPresent(bridge -> below.add(pciBridge(bridge, pointer + "/bridge")));
        int first = below.size();
        for (int i = 0; i < spec.device().size(); i++) {
            String where = pointer + "/device" + (spec.device().size() == 1 ? "" : "/" + i);
            device(spec.device().get(i), where, PortType.ENDPOINT, OptionalInt.of(first + i))
                    .ifPresent(function -> {
                        if (function.slot().orElse(0) >= 8) {
                            findings.add(
                                    Finding.at(where, "address", "below a link every function has device number 00"));
                        }
                        below.add(function);
                    });
        }
        return new Draft(
                spec.id(), pointer, id, type, slot, spec.bus(), acs(spec.id(), spec.acs(), pointer), link, 0, below);
    }

    /** The lesser of what both ends state; empty if nothing is below the port and its file entry states nothing. */
    private Optional<Link> trained(PortSpec spec, Optional<Link> upstreamLink) {
        List<Link> stated = new ArrayList<>();
        spec.link().flatMap(LinkSpec::link).ifPresent(stated::add);
        spec.switchBelow()
                .flatMap(SwitchSpec::upstream)
                .flatMap(UpstreamSpec::link)
                .flatMap(LinkSpec::link)
                .ifPresent(stated::add);
        for (String name : spec.device()) {
            Optional.ofNullable(devices.get(name))
                    .flatMap(Device::link)
                    .flatMap(LinkSpec::link)
                    .ifPresent(stated::add);
        }
        boolean occupied = spec.switchBelow().isPresent()
                || spec.bridge().isPresent()
                || !spec.device().isEmpty();
        Optional<Link> least = stated.stream().reduce(Link::trainedWith);
        if (least.isPresent() || !occupied) {
            return least;
        }
        return Optional.of(upstreamLink
                .map(upstream -> defaults.downstreamLink(spec.id(), upstream))
                .orElseGet(() -> defaults.rootPortLink(spec.id())));
    }

    private Draft fabricSwitch(SwitchSpec spec, String pointer, Link link) {
        DeviceId id = defaults.switchId(spec.id(), spec.pciId());
        UpstreamSpec upstream = spec.upstream().orElse(UpstreamSpec.NOTHING_STATED);
        List<Draft> ports = new ArrayList<>();
        for (int i = 0; i < spec.downstream().size(); i++) {
            PortSpec port = spec.downstream().get(i);
            String where = pointer + "/downstream/" + i;
            if (port.at().isEmpty() && i > 31) {
                findings.add(Finding.at(where, "address", "out of device numbers: 32 on a bus; say at"));
                continue;
            }
            OptionalInt slot = port.at().isPresent() ? slot(port.at()) : OptionalInt.of(i << 3);
            DeviceId portId = port.pciId().orElse(id);
            ports.add(port(port, where, portId, PortType.DOWNSTREAM_PORT, slot, Optional.of(link)));
        }
        return new Draft(
                spec.id(),
                pointer,
                id,
                PortType.UPSTREAM_PORT,
                slot(Optional.of(upstream.at().orElse("00.0"))),
                OptionalInt.empty(),
                upstream.acs().flatMap(acs -> acs(spec.id(), Optional.of(acs), pointer + "/upstream")),
                Optional.empty(),
                defaults.throughSwitch(spec.id(), upstream.cutThrough(), upstream.storeAndForward()),
                ports);
    }

    private Draft pciBridge(BridgeSpec spec, String pointer) {
        List<Draft> below = new ArrayList<>();
        for (int i = 0; i < spec.devices().size(); i++) {
            device(spec.devices().get(i), pointer + "/devices/" + i, PortType.LEGACY_ENDPOINT, OptionalInt.empty())
                    .ifPresent(below::add);
        }
        return new Draft(
                spec.id(),
                pointer,
                defaults.bridgeId(spec.id(), spec.pciId()),
                PortType.PCIE_TO_PCI_BRIDGE,
                OptionalInt.of(0),
                OptionalInt.empty(),
                spec.acs().flatMap(acs -> acs(spec.id(), Optional.of(acs), pointer)),
                Optional.empty(),
                0,
                below);
    }

    private Optional<Draft> device(String name, String pointer, PortType type, OptionalInt slot) {
        Device device = devices.get(name);
        if (device == null) {
            misnamed = true;
            String message = "no device \"%s\" is declared%s".formatted(name, Finding.nearest(name, devices.keySet()));
            findings.add(Finding.at(pointer, "unknown-device", message));
            return Optional.empty();
        }
        if (!device.isFunction()) {
            findings.add(Finding.at(pointer, "no-function", DeviceRules.NO_PLACE.formatted(name)));
            return Optional.empty();
        }
        if (!used.add(name)) {
            misnamed = true;
            findings.add(Finding.at(
                    pointer, "device-used-twice", "\"%s\" is used twice; a function is in one place".formatted(name)));
            return Optional.empty();
        }
        return Optional.of(new Draft(
                name,
                pointer,
                device.id().orElseThrow(),
                type,
                device.at().isPresent() ? slot(device.at()) : slot,
                OptionalInt.empty(),
                device.acs().flatMap(acs -> acs(name, device.acs(), "/devices" + Finding.step(name))),
                Optional.empty(),
                device.readLatency().orElseThrow(),
                List.of()));
    }

    /** The spec, checked; a port without one is noted. */
    private Optional<AcsSpec> acs(String name, Optional<AcsSpec> spec, String pointer) {
        if (spec.isEmpty()) {
            assumptions.assume(name, "no ACS capability");
            return spec;
        }
        AcsSpec acs = spec.get();
        DeviceRules.checkAcs(acs, pointer + "/acs", findings);
        if (acs.ctl().isEmpty() && acs.firmware().isEmpty()) {
            assumptions.assume(name, "firmware leaves every ACS control bit off");
        }
        checkWithinCapability(acs, acs.ctl(), pointer + "/acs/ctl");
        checkWithinCapability(acs, acs.firmware(), pointer + "/acs/firmware");
        return spec;
    }

    private void checkWithinCapability(AcsSpec acs, Optional<List<AcsBit>> control, String pointer) {
        for (var bit : control.orElse(List.of())) {
            if (!acs.cap().contains(bit)) {
                String message = "%s is on, but not in cap: hardware keeps bits that it lacks at 0".formatted(bit);
                findings.add(Finding.at(pointer, "acs", message));
            }
        }
    }

    private static Draft leaf(String name, String pointer, DeviceId id, PortType type, OptionalInt slot) {
        return new Draft(
                name, pointer, id, type, slot, OptionalInt.empty(), Optional.empty(), Optional.empty(), 0, List.of());
    }

    private static OptionalInt slot(Optional<String> at) {
        return at.isPresent() ? OptionalInt.of(Quantities.slot(at.get())) : OptionalInt.empty();
    }
}
