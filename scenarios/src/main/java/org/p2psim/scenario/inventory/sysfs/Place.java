package org.p2psim.scenario.inventory.sysfs;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.inventory.InventoryException;

/** A path inside the dump, step by step. */
record Place(List<String> steps) {
    /** The files of proc that an inventory needs. */
    static final ImmutableList<String> PROC =
            ImmutableList.of("proc/cpuinfo", "proc/cmdline", "proc/version", "proc/sys/kernel/osrelease");

    private static final int DEEPEST = 64;
    private static final int LONGEST = 2048;
    private static final Splitter STEPS = Splitter.on('/').omitEmptyStrings();

    Place {
        steps = ImmutableList.copyOf(steps);
    }

    /**
     * Reads a path.
     *
     * @throws InventoryException if it leaves the dump, or is longer or deeper than a path of sysfs
     */
    static Place of(String path) throws InventoryException {
        if (path.length() > LONGEST) {
            throw new InventoryException("%s: a path of %d characters; sysfs has none beyond %d"
                    .formatted(SysfsFunction.shortened(path), path.length(), LONGEST));
        }
        if (path.startsWith("/") && !path.matches("/+((sys|proc)(/.*)?)?")) {
            throw new InventoryException("%s: an absolute path outside of /sys and /proc".formatted(path));
        }
        List<String> steps = new ArrayList<>();
        for (String step : STEPS.split(path)) {
            if (step.equals("..")) {
                throw new InventoryException("%s: a path that leaves the dump".formatted(path));
            }
            if (!step.equals(".")) {
                steps.add(step);
            }
        }
        return new Place(steps).checked();
    }

    private Place checked() throws InventoryException {
        if (steps.size() > DEEPEST) {
            throw new InventoryException("%s: deeper than %d folders".formatted(this, DEEPEST));
        }
        return this;
    }

    /** The last step. */
    String name() {
        return steps.isEmpty() ? "" : steps.get(steps.size() - 1);
    }

    Place in(String child) throws InventoryException {
        return new Place(
                        ImmutableList.<String>builder().addAll(steps).add(child).build())
                .checked();
    }

    /** The function whose file this is, if it is one. */
    Optional<FunctionPath> function() throws InventoryException {
        return steps.isEmpty() ? Optional.empty() : FunctionPath.of(steps.subList(0, steps.size() - 1));
    }

    /** Which of {@link #PROC} this is, wherever the dump's root lies. */
    Optional<String> procFile() {
        String path = "/" + this;
        return PROC.stream().filter(file -> path.endsWith("/" + file)).findFirst();
    }

    @Override
    public String toString() {
        return String.join("/", steps);
    }
}
