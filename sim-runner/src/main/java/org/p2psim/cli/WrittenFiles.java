package org.p2psim.cli;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.scenario.dump.Dump;

/** The files that a command is to write: none of them may be one that it reads, or the same as another. */
final class WrittenFiles {
    private static final String STANDARD_OUTPUT = "-";

    private final ImmutableMap<String, Path> files;

    private WrittenFiles(ImmutableMap<String, Path> files) {
        this.files = files;
    }

    static WrittenFiles of(String option, Optional<Path> file) {
        return new WrittenFiles(ImmutableMap.of()).and(option, file);
    }

    WrittenFiles and(String option, Optional<Path> file) {
        ImmutableMap.Builder<String, Path> all = ImmutableMap.<String, Path>builder();
        all.putAll(files);
        file.ifPresent(path -> all.put(option, path));
        return new WrittenFiles(all.buildOrThrow());
    }

    /**
     * Finds what would be lost, before the command begins.
     *
     * @param inputs scenarios, files or dumps as the user named them
     * @throws InputException if a file is also read or written, or is {@code -}
     */
    void check(List<String> inputs) {
        List<Map.Entry<String, Path>> before = new ArrayList<>();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            String option = file.getKey();
            Path path = file.getValue();
            if (path.toString().equals(STANDARD_OUTPUT)) {
                throw new InputException(
                        "%s -: not standard output but a file: name one, or ./- for a file of that name"
                                .formatted(option));
            }
            for (String input : inputs) {
                if (read(input).filter(found -> same(found, path)).isPresent()) {
                    throw new InputException(
                            "%s %s: would overwrite the input %s; name another file".formatted(option, path, input));
                }
            }
            for (Map.Entry<String, Path> other : before) {
                if (same(other.getValue(), path)) {
                    throw new InputException(
                            "%s %s: the same file as of %s; name another".formatted(option, path, other.getKey()));
                }
            }
            before.add(file);
        }
    }

    /** The file behind an input; empty for a shipped scenario, a folder or a pipe. */
    private static Optional<Path> read(String input) {
        Path file = Path.of(input);
        Path path = Files.exists(file) ? file : Dump.of(input).map(Dump::path).orElse(file);
        return Optional.of(path).filter(Files::isRegularFile);
    }

    /** Devices and pipes take the text of several. */
    private static boolean same(Path one, Path other) {
        try {
            if (Files.exists(one) && Files.exists(other)) {
                return Files.isRegularFile(one) && Files.isSameFile(one, other);
            }
            return place(one).equals(place(other));
        } catch (IOException e) {
            return false;
        }
    }

    /** Where a file would be made, whatever links lead to its folder. */
    private static Path place(Path file) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        return folder == null || !Files.isDirectory(folder)
                ? absolute
                : folder.toRealPath().resolve(absolute.getFileName());
    }
}
