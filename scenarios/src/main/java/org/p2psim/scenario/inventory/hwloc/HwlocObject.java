package org.p2psim.scenario.inventory.hwloc;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.XmlElement;

/** The attributes of one {@code <object>}. */
record HwlocObject(XmlElement element) {
    /** Version 1 ends with the revision, later ones with revision and programming interface. */
    private static final Pattern PCI_TYPE = Pattern.compile(
            "([0-9a-f]{4}) \\[([0-9a-f]{4}):([0-9a-f]{4})\\] \\[([0-9a-f]{4}):([0-9a-f]{4})\\] [0-9a-f]{2}(?: ([0-9a-f]{2}))?");

    private static final Pattern BUSES = Pattern.compile("[0-9a-f]{4,8}:\\[([0-9a-f]{2})-([0-9a-f]{2})\\]");
    private static final Pattern WORD = Pattern.compile("(?:0x)?([0-9a-f]{0,8})");

    /** A bridge's buses below it. */
    record Buses(int first, int last) {}

    /** Class, ids and subsystem ids as hwloc writes them. */
    record PciType(int classCode, DeviceId id, DeviceId subsystem) {}

    String type() {
        return element.stated("type").orElse("");
    }

    /** True for the start of a PCI hierarchy, which is no function: {@code bridge_type="0-1"}. */
    boolean isHostBridge() {
        return type().equals("Bridge")
                && element.stated("bridge_type").orElse("").startsWith("0-");
    }

    boolean isFunction() {
        return type().equals("PCIDev") || type().equals("Bridge") && !isHostBridge();
    }

    Bdf address() throws InventoryException {
        String text = element.stated("pci_busid")
                .orElseThrow(() -> element.problem("no pci_busid; hwloc writes one, as in 0000:3b:00.0"));
        try {
            return Bdf.parse(text);
        } catch (IllegalArgumentException e) {
            throw element.problem("pci_busid: " + e.getMessage());
        }
    }

    Optional<PciType> pciType() throws InventoryException {
        Optional<String> text = element.stated("pci_type");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher m = PCI_TYPE.matcher(text.get());
        if (!m.matches()) {
            throw element.problem(
                    "pci_type \"%s\"; hwloc writes class, ids, subsystem ids and revision, as in 0604 [8086:2030] [8086:0000] 04 00"
                            .formatted(text.get()));
        }
        int programmingInterface = m.group(6) == null ? 0 : Integer.parseInt(m.group(6), 16);
        return Optional.of(new PciType(
                Integer.parseInt(m.group(1), 16) << 8 | programmingInterface,
                DeviceId.parse(m.group(2) + ":" + m.group(3)),
                DeviceId.parse(m.group(4) + ":" + m.group(5))));
    }

    Optional<Buses> buses() throws InventoryException {
        Optional<String> text = element.stated("bridge_pci");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher m = BUSES.matcher(text.get());
        if (!m.matches()) {
            throw element.problem(
                    "bridge_pci \"%s\"; hwloc writes the buses below, as in 0000:[18-19]".formatted(text.get()));
        }
        return Optional.of(new Buses(Integer.parseInt(m.group(1), 16), Integer.parseInt(m.group(2), 16)));
    }

    /** GB/s; 0 if not known. */
    double linkSpeed() throws InventoryException {
        String text = element.stated("pci_link_speed").orElse("0");
        if (!text.matches("[0-9]{1,6}(?:\\.[0-9]{1,9})?")) {
            throw element.problem("pci_link_speed \"%s\"; hwloc writes GB/s, as in 15.753846".formatted(text));
        }
        return Double.parseDouble(text);
    }

    /** The NUMA node of what is below this object: its own, or the only one in its node set; else the one around it. */
    OptionalInt numaNode(OptionalInt around) {
        if (type().equals("NUMANode")) {
            return element.stated("os_index")
                    .filter(index -> index.matches("[0-9]{1,5}"))
                    .map(index -> OptionalInt.of(Integer.parseInt(index)))
                    .orElse(around);
        }
        return element.stated("nodeset").map(HwlocObject::onlyMember).orElse(around);
    }

    /** A set is written in words of 32 bits, the highest first; {@code 0xf...f} stands for all nodes beyond. */
    private static OptionalInt onlyMember(String set) {
        String[] words = set.split(",", -1);
        OptionalInt member = OptionalInt.empty();
        for (int i = 0; i < words.length; i++) {
            Matcher m = WORD.matcher(words[words.length - 1 - i]);
            if (!m.matches()) {
                return OptionalInt.empty();
            }
            int bits = m.group(1).isEmpty() ? 0 : Integer.parseUnsignedInt(m.group(1), 16);
            if (Integer.bitCount(bits) > 1 || (bits != 0 && member.isPresent())) {
                return OptionalInt.empty();
            }
            if (bits != 0) {
                member = OptionalInt.of(32 * i + Integer.numberOfTrailingZeros(bits));
            }
        }
        return member;
    }

    /** An {@code <info>} of this object. */
    Optional<String> info(String name) {
        return element.children().stream()
                .filter(child -> child.name().equals("info"))
                .filter(info -> info.attribute("name").equals(Optional.of(name)))
                .flatMap(info -> info.stated("value").stream())
                .findFirst();
    }
}
