package org.p2psim.scenario.inventory.sysfs;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.InventoryException;

/** What was captured of a machine's sysfs and proc: the files that an inventory needs, in memory and within limits. */
final class SysfsTree {
    /** What the kernel gives for one attribute at most: a page, of 64 KiB on some machines. */
    static final int MOST_FILE_BYTES = 64 << 10;

    static final int DEEPEST = 64;
    private static final int LONGEST_PATH = 2048;
    private static final int MOST_FUNCTIONS = 16_384;
    private static final int MOST_KEPT_BYTES = 64 << 20;

    static final ImmutableList<String> PROC =
            ImmutableList.of("proc/cpuinfo", "proc/cmdline", "proc/version", "proc/sys/kernel/osrelease");

    private final SortedMap<Bdf, SysfsFunction> functions = new TreeMap<>();
    private final Map<String, String> proc = new HashMap<>();
    private long keptBytes;

    /** A path inside the dump. */
    record Place(List<String> steps) {
        /**
         * Reads a path.
         *
         * @throws InventoryException if it leaves the dump, or is longer or deeper than a path of sysfs
         */
        static Place of(String path) throws InventoryException {
            if (path.length() > LONGEST_PATH) {
                throw new InventoryException("%s: a path of %d characters; sysfs has none beyond %d"
                        .formatted(SysfsFunction.shortened(path), path.length(), LONGEST_PATH));
            }
            if (path.startsWith("/") && !path.matches("/+((sys|proc)(/.*)?)?")) {
                throw new InventoryException("%s: an absolute path outside of /sys and /proc".formatted(path));
            }
            List<String> steps = new ArrayList<>();
            for (String step : path.split("/")) {
                if (step.equals("..")) {
                    throw new InventoryException("%s: a path that leaves the dump".formatted(path));
                }
                if (!step.isEmpty() && !step.equals(".")) {
                    steps.add(step);
                }
            }
            if (steps.size() > DEEPEST) {
                throw new InventoryException("%s: deeper than %d folders".formatted(path, DEEPEST));
            }
            return new Place(ImmutableList.copyOf(steps));
        }

        String name() {
            return steps.isEmpty() ? "" : steps.get(steps.size() - 1);
        }

        Place in(String child) {
            return new Place(
                    ImmutableList.<String>builder().addAll(steps).add(child).build());
        }

        Optional<FunctionPath> folderOfFunction() throws InventoryException {
            return steps.isEmpty() ? Optional.empty() : FunctionPath.of(steps.subList(0, steps.size() - 1));
        }

        Optional<String> procFile() {
            String path = "/" + String.join("/", steps);
            return PROC.stream().filter(file -> path.endsWith("/" + file)).findFirst();
        }
    }

    /** Whether an inventory needs this file's content. */
    boolean wants(Place file) throws InventoryException {
        return file.procFile().isPresent()
                || SysfsFunction.FILES.contains(file.name())
                        && file.folderOfFunction().isPresent();
    }

    /** Whether {@code content} may end before the file does: {@code cpuinfo} repeats itself for every CPU. */
    boolean mayBeCut(Place file) {
        return file.procFile().isPresent();
    }

    void file(Place file, byte[] content) throws InventoryException {
        keptBytes += content.length;
        if (keptBytes > MOST_KEPT_BYTES) {
            throw new InventoryException(
                    "more than %d MiB of attributes of PCI functions".formatted(MOST_KEPT_BYTES >> 20));
        }
        Optional<String> procFile = file.procFile();
        if (procFile.isPresent()) {
            proc.put(procFile.get(), new String(content, StandardCharsets.ISO_8859_1));
            return;
        }
        Optional<FunctionPath> path = file.folderOfFunction();
        if (path.isPresent()) {
            function(path.get()).file(file.name(), content);
        }
    }

    void link(Place link, String target) throws InventoryException {
        Optional<FunctionPath> path =
                SysfsFunction.LINKS.contains(link.name()) ? link.folderOfFunction() : Optional.empty();
        if (path.isPresent()) {
            function(path.get()).link(link.name(), target);
        }
    }

    private SysfsFunction function(FunctionPath path) throws InventoryException {
        if (path.parent().isPresent()) {
            function(path.parent().get());
        }
        SysfsFunction function = functions.computeIfAbsent(path.address(), address -> new SysfsFunction(path));
        if (!function.path().equals(path)) {
            throw new InventoryException("%s and %s: one function in two places; a dump holds one machine"
                    .formatted(function.path().folder(), path.folder()));
        }
        if (functions.size() > MOST_FUNCTIONS) {
            throw new InventoryException("more than %d PCI functions".formatted(MOST_FUNCTIONS));
        }
        return function;
    }

    /** In the order of their addresses: neither a folder nor an archive has one of its own. */
    Collection<SysfsFunction> functions() {
        return functions.values();
    }

    /** The text of a file of proc, by its path from {@code proc} on; empty if it was not captured. */
    String proc(String file) {
        String text = proc.getOrDefault(file, "");
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }
}
