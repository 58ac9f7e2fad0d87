package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The recorded machines of kernel-runs.zip: what real kernels printed on them. */
public final class KernelRuns {
    private static final ImmutableMap<String, byte[]> FILES = load();

    private KernelRuns() {}

    private static ImmutableMap<String, byte[]> load() {
        ImmutableMap.Builder<String, byte[]> files = ImmutableMap.builder();
        InputStream raw = Objects.requireNonNull(KernelRuns.class.getResourceAsStream("kernel-runs.zip"));
        try (ZipInputStream zip = new ZipInputStream(raw)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files.buildOrThrow();
    }

    /** Names of all runs: kernel release and machine. */
    public static List<String> names() {
        return FILES.keySet().stream()
                .map(path -> path.substring(0, path.indexOf('/')))
                .collect(ImmutableSet.toImmutableSet())
                .asList();
    }

    public static byte[] bytes(String run, String file) {
        return Objects.requireNonNull(FILES.get(run + "/" + file), () -> run + "/" + file);
    }

    public static String text(String run, String file) {
        return new String(bytes(run, file), StandardCharsets.UTF_8);
    }

    /** The rows of a tab-separated file, without its heading. */
    public static List<List<String>> table(String run, String file) {
        return text(run, file)
                .lines()
                .filter(line -> !line.startsWith("#") && !line.isEmpty())
                .map(line -> List.of(line.split("\t", -1)))
                .toList();
    }
}
