package org.p2psim.scenario.inventory.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.p2psim.scenario.inventory.DumpText;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.InventoryException;

/**
 * Reads what {@code cat /proc/cpuinfo}, {@code lscpu}, {@code cat /proc/cmdline}, {@code uname -a} and
 * {@code uname -r} print, from a file of its own, from the files beside a dump, or out of a text that holds more.
 * Finding nothing is no error.
 */
public final class HostFactsReader {
    private static final Pattern CMDLINE_FILE = Pattern.compile("(?:proc[-_.])?cmdline(?:\\.txt)?");
    private static final Pattern UNAME_FILE = Pattern.compile("uname(?:[-_][ar])?(?:\\.txt)?");
    private static final Pattern CPU_FILE = Pattern.compile("(?:(?:proc[-_.])?cpuinfo|lscpu)(?:\\.txt)?");

    /** The first block of a cpuinfo is what counts, however many CPUs follow. */
    private static final int LARGEST_FILE_BESIDE = 1 << 20;

    private static final int MOST_FILES_BESIDE = 16;

    private HostFactsReader() {}

    /**
     * Reads a file: one that is named after a command or a file of {@code /proc} as its output, any other one as a
     * text in which such outputs may stand.
     *
     * @throws InventoryException if it is larger than {@link DumpText#LARGEST}
     */
    public static HostFacts read(String name, byte[] content) throws InventoryException {
        String file = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        DumpText text = DumpText.of(name, content);
        if (CMDLINE_FILE.matcher(file).matches()) {
            return new HostFacts(Optional.empty(), Optional.empty(), firstLine(text));
        }
        if (UNAME_FILE.matcher(file).matches()) {
            return new HostFacts(Optional.empty(), firstLine(text).flatMap(KernelLines::uname), Optional.empty());
        }
        return find(text);
    }

    /** Finds the facts in a text that holds other things, too. */
    public static HostFacts find(DumpText text) {
        CpuLines cpu = new CpuLines();
        KernelLines kernel = new KernelLines();
        for (String line : text) {
            cpu.accept(line);
            kernel.accept(line);
        }
        return new HostFacts(cpu.cpu(), kernel.release(), kernel.cmdline());
    }

    /**
     * Reads the files beside a dump: {@code cpuinfo}, {@code lscpu}, {@code cmdline}, {@code uname}, {@code uname-r},
     * with or without {@code .txt}, also {@code proc-cpuinfo} and {@code proc-cmdline}.
     *
     * @param dump a file or its folder
     * @throws InventoryException if such a file is there and cannot be read
     */
    public static HostFacts beside(Path dump) throws InventoryException {
        Path folder = Files.isDirectory(dump) ? dump : dump.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return HostFacts.NONE;
        }
        HostFacts facts = HostFacts.NONE;
        for (Path file : filesOf(folder)) {
            try (InputStream content = Files.newInputStream(file)) {
                facts = facts.or(read(file.getFileName().toString(), content.readNBytes(LARGEST_FILE_BESIDE)));
            } catch (IOException e) {
                throw new InventoryException("%s: cannot be read: %s".formatted(file, e.getMessage()));
            }
        }
        return facts;
    }

    private static List<Path> filesOf(Path folder) throws InventoryException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, HostFactsReader::isOurs)) {
            for (Path file : all) {
                files.add(file);
                if (files.size() == MOST_FILES_BESIDE) {
                    break;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new InventoryException("%s: cannot be listed: %s".formatted(folder, e.getMessage()));
        }
        Collections.sort(files);
        return files;
    }

    private static boolean isOurs(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file)
                && (CMDLINE_FILE.matcher(name).matches()
                        || UNAME_FILE.matcher(name).matches()
                        || CPU_FILE.matcher(name).matches());
    }

    private static Optional<String> firstLine(DumpText text) {
        for (String line : text) {
            if (!line.isBlank()) {
                return Optional.of(line.strip());
            }
        }
        return Optional.empty();
    }
}
