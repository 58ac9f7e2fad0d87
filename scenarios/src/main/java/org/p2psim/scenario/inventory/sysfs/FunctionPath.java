package org.p2psim.scenario.inventory.sysfs;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.InventoryException;

/**
 * A function's folder: {@code pciDDDD:BB/DDDD:BB:DD.F/.../DDDD:BB:DD.F}, wherever the tree lies and whatever is between
 * {@code devices} and the root bus (a platform device, or the function that is a VMD controller).
 *
 * @param folder as written in the dump
 * @param parent the bridge above; empty on a root bus
 */
record FunctionPath(String folder, Bdf address, Optional<FunctionPath> parent) {
    private static final Pattern ROOT_BUS = Pattern.compile("pci([0-9a-f]{4,7}):([0-9a-f]{2})");
    private static final Pattern FUNCTION = Pattern.compile("[0-9a-f]{4,7}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");

    /**
     * The function that a folder belongs to; empty if it is not a function's folder.
     *
     * @throws InventoryException if a function lies below the root bus of another bus
     */
    static Optional<FunctionPath> of(List<String> folder) throws InventoryException {
        int last = folder.size() - 1;
        if (last < 1 || !isFunction(folder.get(last))) {
            return Optional.empty();
        }
        String written = String.join("/", folder);
        Bdf address = Bdf.parse(folder.get(last));
        Matcher root = ROOT_BUS.matcher(folder.get(last - 1));
        if (root.matches()) {
            if (Integer.parseInt(root.group(1), 16) != address.domain()
                    || Integer.parseInt(root.group(2), 16) != address.bus()) {
                throw new InventoryException("%s: %s is not on that root bus".formatted(written, address));
            }
            return Optional.of(new FunctionPath(written, address, Optional.empty()));
        }
        Optional<FunctionPath> parent = of(folder.subList(0, last));
        return parent.isEmpty() ? parent : Optional.of(new FunctionPath(written, address, parent));
    }

    static boolean isFunction(String name) {
        return FUNCTION.matcher(name).matches();
    }

    static boolean isRootBus(String name) {
        return ROOT_BUS.matcher(name).matches();
    }
}
