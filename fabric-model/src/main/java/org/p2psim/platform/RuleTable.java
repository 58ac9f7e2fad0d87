package org.p2psim.platform;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A data file of kernel rules: tab-separated rows, {@code #} begins a comment line. */
final class RuleTable {
    private RuleTable() {}

    /** The rows of a file of this package, each cut at its tabs. */
    static ImmutableList<List<String>> rows(String name) {
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
