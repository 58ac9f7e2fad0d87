package org.p2psim.scenario.inventory.sysfs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.sysfs.SysfsTree.Place;

/** Reads a copied sysfs tree, or the running machine's {@code /sys}. Links are read as text, never followed. */
final class FolderSource {
    private static final int MOST_ENTRIES = 500_000;
    /** The two large parts of {@code /sys/devices} that hold CPUs, memory and software devices. */
    private static final Set<String> WITHOUT_FUNCTIONS = Set.of("system", "virtual");

    private final SysfsTree tree;
    private int entries;

    private FolderSource(SysfsTree tree) {
        this.tree = tree;
    }

    /** Reads the folder that holds {@code sys} (and perhaps {@code proc}), {@code sys} itself, or one further down. */
    static void read(Path folder, SysfsTree tree) throws InventoryException {
        FolderSource source = new FolderSource(tree);
        Path name = folder.toAbsolutePath().normalize().getFileName();
        Place root = Place.of(name == null ? "" : name.toString());
        try {
            Path sys = isFolder(folder.resolve("sys")) ? folder.resolve("sys") : folder;
            Place sysPlace = sys == folder ? root : root.in("sys");
            boolean hasDevices = isFolder(sys.resolve("devices"));
            source.walk(hasDevices ? sys.resolve("devices") : sys, hasDevices ? sysPlace.in("devices") : sysPlace);
            if (isFolder(folder.resolve("proc"))) {
                source.proc(folder, root);
            }
        } catch (IOException e) {
            throw new InventoryException("%s: cannot be read: %s".formatted(folder, e));
        }
    }

    private void proc(Path folder, Place root) throws IOException, InventoryException {
        for (String file : SysfsTree.PROC) {
            Place place = root;
            Path path = folder;
            for (String step : file.split("/")) {
                place = place.in(step);
                path = path.resolve(step);
                if (Files.isSymbolicLink(path)) {
                    return;
                }
            }
            file(path, place);
        }
    }

    private void walk(Path folder, Place place) throws IOException, InventoryException {
        for (Path path : children(folder)) {
            Path name = path.getFileName();
            Place child = Place.of(String.join(
                    "/", place.in(name == null ? "" : name.toString()).steps()));
            if (Files.isSymbolicLink(path)) {
                tree.link(child, Files.readSymbolicLink(path).toString());
            } else if (isFolder(path)) {
                if (mayHoldFunctions(place, child.name())) {
                    walk(path, child);
                }
            } else if (tree.wants(child)) {
                file(path, child);
            }
        }
    }

    private List<Path> children(Path folder) throws IOException, InventoryException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            for (Path child : stream) {
                if (++entries > MOST_ENTRIES) {
                    throw new InventoryException(
                            "%s: more than %d files; give the folder that holds sys".formatted(folder, MOST_ENTRIES));
                }
                children.add(child);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(children);
        return children;
    }

    /** Below a root bus only bridges and, in VMD controllers, further root buses lead to functions. */
    private static boolean mayHoldFunctions(Place parent, String name) {
        if (parent.name().equals("devices") && WITHOUT_FUNCTIONS.contains(name)) {
            return false;
        }
        boolean inPci = FunctionPath.isRootBus(parent.name()) || FunctionPath.isFunction(parent.name());
        return !inPci || FunctionPath.isFunction(name) || FunctionPath.isRootBus(name);
    }

    private void file(Path path, Place place) throws IOException, InventoryException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (InputStream in = Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS)) {
            byte[] content = in.readNBytes(SysfsTree.MOST_FILE_BYTES);
            if (in.read() >= 0 && !tree.mayBeCut(place)) {
                throw new InventoryException("%s: larger than %d KiB, the most that sysfs gives"
                        .formatted(path, SysfsTree.MOST_FILE_BYTES >> 10));
            }
            tree.file(place, content);
        }
    }

    private static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }
}
