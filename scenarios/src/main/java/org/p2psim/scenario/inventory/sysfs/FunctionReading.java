package org.p2psim.scenario.inventory.sysfs;

import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.SysfsLink;
import org.p2psim.scenario.inventory.TreePosition;
import org.p2psim.scenario.inventory.config.Bridge;
import org.p2psim.scenario.inventory.config.ConfigReading;
import org.p2psim.scenario.inventory.config.ConfigSpace;
import org.p2psim.scenario.inventory.config.Extent;
import org.p2psim.topology.PortType;

/** What one function's files say. */
record FunctionReading(SysfsFunction files, Optional<ConfigReading> config, TreePosition position) {
    private static final String CAPABILITIES_NOT_CAPTURED =
            "ACS, ATS and payload sizes; they are beyond the 64 bytes of config that were captured: read it as root";
    private static final String EXTENDED_NOT_CAPTURED =
            "ACS and ATS; they are beyond the first 256 bytes of config, and nothing answers there";
    private static final String NO_EXTENDED =
            "no ACS and no ATS for the kernel: config has 256 bytes where that of a PCIe function has 4096, so the kernel"
                    + " reaches no more";
    private static final String CONFIG_SIZE = "Linux drivers/pci/probe.c, pci_cfg_space_size()";
    private static final String BUS_ADDRESSES_DIFFER =
            "resource shows CPU addresses that are not the bus addresses in the BARs; the CPU addresses were taken";

    /**
     * @param showsLinks whether the kernel has link files: then all PCI Express functions have them and no other one
     *     (drivers/pci/pci-sysfs.c since Linux 4.13)
     */
    static FunctionReading of(SysfsFunction files, boolean showsLinks) throws InventoryException {
        Optional<ConfigReading> config = ConfigReading.read(ConfigSpace.of(files.config()));
        Optional<Boolean> linked = showsLinks ? Optional.of(files.has("max_link_width")) : Optional.empty();
        TreePosition position = new TreePosition(
                files.address(),
                files.path().parent().map(FunctionPath::address),
                files.path().parent().isEmpty(),
                files.hex("class", 0xffffff)
                        .orElseGet(() -> config.map(ConfigReading::classCode).orElse(0)),
                bus(bridge(config).map(Bridge::secondary), files.decimal("secondary_bus_number", 0xff)),
                express(config).or(() -> linked),
                config.flatMap(ConfigReading::type));
        return new FunctionReading(files, config, position);
    }

    /** Whether there is a PCI Express capability; empty if that was not captured. */
    private static Optional<Boolean> express(Optional<ConfigReading> config) {
        return config.map(ConfigReading::capabilities)
                .filter(capabilities -> capabilities.extent() != Extent.HIDDEN)
                .map(capabilities -> capabilities.express().isPresent());
    }

    private static Optional<Bridge> bridge(Optional<ConfigReading> config) {
        return config.filter(ConfigReading::isBridge).flatMap(ConfigReading::bridge);
    }

    /** A bus below a bridge; 0 is none. */
    private static OptionalInt bus(Optional<Integer> config, OptionalInt file) {
        int bus = config.filter(number -> number != 0).orElse(file.orElse(0));
        return bus == 0 ? OptionalInt.empty() : OptionalInt.of(bus);
    }

    FoundFunction function(PortType type, GroupedNotes notes) throws InventoryException {
        FoundFunction.Builder function = FoundFunction.at(files.address()).type(type);
        identity(function);
        resources(function, notes);
        if (type != PortType.RC_INTEGRATED_ENDPOINT) {
            links(function);
        }
        config.ifPresent(known -> known.describeCapabilities(function));
        if (!config.map(known -> known.capabilities().areWhole()).orElse(false)) {
            withoutExtended(function, notes);
        }
        surroundings(function);
        return function.build();
    }

    /** The extended list was not captured, or is not there for the kernel: the size of the file is what it reaches. */
    private void withoutExtended(FoundFunction.Builder function, GroupedNotes notes) {
        Extent extent = config.map(known -> known.capabilities().extent()).orElse(Extent.HIDDEN);
        if (extent == Extent.CONVENTIONAL && files.config().length == ConfigSpace.CONVENTIONAL) {
            function.acs(Optional.empty()).ats(false);
            notes.add(Note.Kind.ASSUMED, NO_EXTENDED, CONFIG_SIZE, files.address());
        } else {
            String what = extent == Extent.HIDDEN ? CAPABILITIES_NOT_CAPTURED : EXTENDED_NOT_CAPTURED;
            notes.add(Note.Kind.NOT_KNOWN, what, "", files.address());
        }
    }

    private void identity(FoundFunction.Builder function) throws InventoryException {
        OptionalInt vendor = files.hex("vendor", 0xffff);
        OptionalInt device = files.hex("device", 0xffff);
        if (vendor.isPresent() && device.isPresent()) {
            function.id(new DeviceId(vendor.getAsInt(), device.getAsInt()));
        } else {
            config.flatMap(ConfigReading::id).ifPresent(function::id);
        }
        OptionalInt subsystemVendor = files.hex("subsystem_vendor", 0xffff);
        OptionalInt subsystemDevice = files.hex("subsystem_device", 0xffff);
        if (subsystemVendor.orElse(0) != 0 && subsystemDevice.isPresent()) {
            function.subsystem(new DeviceId(subsystemVendor.getAsInt(), subsystemDevice.getAsInt()));
        }
        if (position.classCode() != 0) {
            function.classCode(position.classCode());
        }
    }

    private void resources(FoundFunction.Builder function, GroupedNotes notes) throws InventoryException {
        boolean virtual = files.linked("physfn").isPresent();
        // A virtual function decodes memory when its physical function says so, whatever its own command register
        // holds.
        ResourceFile resources = ResourceFile.of(files);
        for (FoundBar bar : resources.bars(
                virtual || config.map(ConfigReading::decodesMemory).orElse(true))) {
            function.bar(bar);
            long inBar = inBar(bar.index());
            if (bar.enabled() && !virtual && inBar != 0 && inBar != bar.base()) {
                notes.add(
                        Note.Kind.CAUTION,
                        BUS_ADDRESSES_DIFFER,
                        "",
                        files.address().toString());
            }
        }
        if (position.isBridge()) {
            resources.windows().forEach(function::window);
        }
    }

    /** The bus address in a memory BAR; 0 if it has none. */
    private long inBar(int index) {
        return config.stream()
                .flatMap(known -> known.bars().stream())
                .filter(bar -> bar.index() == index)
                .mapToLong(FoundBar::base)
                .findFirst()
                .orElse(0);
    }

    private void links(FoundFunction.Builder function) {
        SysfsLink.parse(files.text("max_link_speed"), files.text("max_link_width"))
                .ifPresent(function::linkCapability);
        SysfsLink.parse(files.text("current_link_speed"), files.text("current_link_width"))
                .ifPresent(function::linkStatus);
    }

    private void surroundings(FoundFunction.Builder function) throws InventoryException {
        position.parent().ifPresent(function::upstreamBridge);
        OptionalInt subordinate =
                bus(bridge(config).map(Bridge::subordinate), files.decimal("subordinate_bus_number", 0xff));
        if (position.isBridge() && position.secondaryBus().isPresent() && subordinate.isPresent()) {
            function.buses(position.secondaryBus().getAsInt(), subordinate.getAsInt());
        }
        files.decimal("numa_node", 0xffff).ifPresent(function::numaNode);
        files.linked("iommu_group")
                .filter(group -> group.matches("[0-9]{1,9}"))
                .ifPresent(group -> function.iommuGroup(Integer.parseInt(group)));
        files.linked("driver").filter(driver -> !driver.isEmpty()).ifPresent(function::driver);
        files.linked("physfn").ifPresent(physical -> function.description("virtual function of " + physical));
        if (files.decimal("sriov_totalvfs", 0xffff).orElse(0) > 0) {
            function.capability("SR-IOV");
        }
    }
}
