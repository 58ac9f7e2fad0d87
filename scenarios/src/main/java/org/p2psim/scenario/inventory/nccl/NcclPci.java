package org.p2psim.scenario.inventory.nccl;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.SysfsLink;
import org.p2psim.scenario.inventory.XmlElement;

/** One {@code <pci>}: every attribute but the address may be missing. */
record NcclPci(XmlElement element) {
    private static final int PCI_BRIDGE = 0x0604;
    private static final int HOST_BRIDGE = 0x0600;

    Bdf address() throws InventoryException {
        String text = element.stated("busid").orElseThrow(() -> element.problem("no busid; NCCL writes 0000:3b:00.0"));
        try {
            return Bdf.parse(text);
        } catch (IllegalArgumentException e) {
            throw element.problem("busid: " + e.getMessage());
        }
    }

    /** By its class; without one, by what is below it. */
    boolean isBridge() throws InventoryException {
        OptionalInt classCode = classCode();
        if (classCode.isPresent() && classCode.getAsInt() >> 8 != PCI_BRIDGE && !below().isEmpty()) {
            throw element.problem("class 0x%06x has functions below it; only a bridge, class 0x060400, has"
                    .formatted(classCode.getAsInt()));
        }
        return classCode.isPresent() ? classCode.getAsInt() >> 8 == PCI_BRIDGE : !below().isEmpty();
    }

    boolean isHostBridge() throws InventoryException {
        return classCode().orElse(0) >> 8 == HOST_BRIDGE;
    }

    /**
     * True for bridges that a cloud made up so that NCCL takes devices for neighbours: ids that no vendor has, or an
     * address on bus ff of domain ffff.
     */
    boolean isInvented() throws InventoryException {
        OptionalInt vendor = hex("vendor", 4);
        Bdf address = address();
        boolean madeUpAddress = address.domain() == 0xffff && address.bus() == 0xff;
        boolean madeUpVendor = vendor.isPresent() && !isVendor(vendor.getAsInt());
        return isBridge() && (madeUpAddress || madeUpVendor);
    }

    Optional<DeviceId> id() throws InventoryException {
        return id("vendor", "device");
    }

    private Optional<DeviceId> id(String vendorAttribute, String deviceAttribute) throws InventoryException {
        OptionalInt vendor = hex(vendorAttribute, 4);
        OptionalInt device = hex(deviceAttribute, 4);
        return vendor.isPresent() && device.isPresent() && isVendor(vendor.getAsInt())
                ? Optional.of(new DeviceId(vendor.getAsInt(), device.getAsInt()))
                : Optional.empty();
    }

    private static boolean isVendor(int id) {
        return id != 0 && id != 0xffff;
    }

    private OptionalInt classCode() throws InventoryException {
        return hex("class", 6);
    }

    private OptionalInt hex(String attribute, int digits) throws InventoryException {
        Optional<String> text = element.stated(attribute);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        String number = text.get().toLowerCase(Locale.ROOT);
        if (!number.matches("0x[0-9a-f]{%d}".formatted(digits))) {
            throw element.problem(
                    "%s \"%s\"; NCCL writes 0x and %d hexadecimal digits".formatted(attribute, text.get(), digits));
        }
        return OptionalInt.of(Integer.parseInt(number.substring(2), 16));
    }

    /** The functions below it. */
    List<NcclPci> below() {
        return below(element);
    }

    /** The functions right below an element. */
    static List<NcclPci> below(XmlElement element) {
        return element.children().stream()
                .filter(child -> child.name().equals("pci"))
                .map(NcclPci::new)
                .toList();
    }

    boolean hasSwitchLinks() {
        return element.children().stream().anyMatch(child -> child.name().equals("pcilink"));
    }

    boolean hasAttributesOf(NcclPci other) {
        return element.attributes().equals(other.element.attributes());
    }

    /** Names of its network interfaces, such as {@code mlx5_0}. */
    List<String> networkInterfaces() {
        return element.children().stream()
                .filter(child -> child.name().equals("nic"))
                .flatMap(nic -> nic.children().stream())
                .flatMap(net -> net.stated("name").stream())
                .toList();
    }

    /** Tells what its attributes say. */
    void describe(FoundFunction.Builder function) throws InventoryException {
        id().ifPresent(function::id);
        id("subsystem_vendor", "subsystem_device").ifPresent(function::subsystem);
        classCode().ifPresent(function::classCode);
        SysfsLink.parse(
                        element.stated("link_speed").orElse(""),
                        element.stated("link_width").orElse(""))
                .ifPresent(function::linkCapability);
        List<String> names = new ArrayList<>();
        element.children().stream()
                .filter(child -> child.name().equals("gpu"))
                .flatMap(gpu -> gpu.stated("dev").stream())
                .forEach(device -> names.add("GPU " + device));
        names.addAll(networkInterfaces());
        if (!names.isEmpty()) {
            function.description(String.join(" ", names));
        }
    }
}
