package org.p2psim.platform;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A data file of kernel rules: tab-separated rows, {@code #} begins a comment line. */
final class RuleTable {
    private static final Map<String, ImmutableList<List<String>>> TABLES = new ConcurrentHashMap<>();

    private RuleTable() {}

    /** The rows of a file of this package, each cut at its tabs; a file is read once. */
    static ImmutableList<List<String>> rows(String name) {
        return TABLES.computeIfAbsent(name, RuleTable::read);
    }

    private static ImmutableList<List<String>> read(String name) {
        try {
            return Resources.readLines(Resources.getResource(RuleTable.class, name), StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Splitter.on('\t').splitToList(line))
                    .collect(ImmutableList.toImmutableList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
