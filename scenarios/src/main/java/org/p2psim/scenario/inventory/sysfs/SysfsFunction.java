package org.p2psim.scenario.inventory.sysfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.config.ConfigSpace;

/** The files of one function's folder, as captured. */
final class SysfsFunction {
    static final Set<String> FILES = Set.of(
            "vendor",
            "device",
            "subsystem_vendor",
            "subsystem_device",
            "class",
            "config",
            "resource",
            "numa_node",
            "current_link_speed",
            "current_link_width",
            "max_link_speed",
            "max_link_width",
            "secondary_bus_number",
            "subordinate_bus_number",
            "sriov_totalvfs");
    static final Set<String> LINKS = Set.of("driver", "iommu_group", "physfn");

    private final FunctionPath path;
    private final Map<String, byte[]> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    SysfsFunction(FunctionPath path) {
        this.path = path;
    }

    FunctionPath path() {
        return path;
    }

    Bdf address() {
        return path.address();
    }

    void file(String name, byte[] content) throws InventoryException {
        if (name.equals("config") && content.length > ConfigSpace.SIZE) {
            throw problem(name, "%d bytes; configuration space has 64, 256 or 4096".formatted(content.length));
        }
        files.put(name, content);
    }

    void link(String name, String target) {
        links.put(name, target);
    }

    boolean has(String name) {
        return files.containsKey(name);
    }

    /** What the kernel gave of configuration space: 64 bytes to everybody, 256 or 4096 to root. */
    byte[] config() {
        byte[] captured = files.getOrDefault("config", new byte[0]);
        for (int i = ConfigSpace.HEADER; i < captured.length; i++) {
            if (captured[i] != 0) {
                return captured;
            }
        }
        // tar asks for the size, hears 256 or 4096, is given 64 bytes and fills the rest with zeros.
        return Arrays.copyOf(captured, Math.min(captured.length, ConfigSpace.HEADER));
    }

    /** A file's text, empty if it has none: {@code tar} pads what it reads from sysfs with zeros. */
    String text(String name) {
        String text = new String(files.getOrDefault(name, new byte[0]), StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    /** A hexadecimal number of 0 to {@code most}, as in {@code vendor} and {@code class}. */
    OptionalInt hex(String name, int most) throws InventoryException {
        String text = text(name);
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        if (!text.matches("0x[0-9a-f]{1,7}") || Integer.parseInt(text.substring(2), 16) > most) {
            throw problem(name, "\"%s\"; sysfs writes a number of up to 0x%x here".formatted(shortened(text), most));
        }
        return OptionalInt.of(Integer.parseInt(text.substring(2), 16));
    }

    /** A decimal number; empty if the file has none or a negative one, which stands for "none". */
    OptionalInt decimal(String name, int most) throws InventoryException {
        String text = text(name);
        if (text.isEmpty() || text.matches("-[0-9]{1,9}")) {
            return OptionalInt.empty();
        }
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > most) {
            throw problem(name, "\"%s\"; sysfs writes a number of up to %d here".formatted(shortened(text), most));
        }
        return OptionalInt.of(Integer.parseInt(text));
    }

    /** The last step of a link's target: the name of what it leads to. */
    Optional<String> linked(String name) {
        return Optional.ofNullable(links.get(name)).map(target -> target.substring(target.lastIndexOf('/') + 1));
    }

    InventoryException problem(String name, String what) {
        return new InventoryException("%s/%s: %s".formatted(path.folder(), name, what));
    }

    static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
