package org.p2psim.run.conformance;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * How a published figure about peers is simulated.
 *
 * @param scenario a shipped one
 * @param variants of it: one, or two that are compared
 * @param transfers of its timeline, by their ids; of pages an attachment
 * @param needed what the simulation needed to know, and from where
 */
record PeerFigure(
        String id, String scenario, List<String> variants, Measure measure, List<String> transfers, String needed) {
    private static final Splitter TABS = Splitter.on('\t');
    private static final Splitter COMMAS = Splitter.on(',');

    /** All that are simulated, by their ids. */
    static final ImmutableMap<String, PeerFigure> ALL = read();

    PeerFigure {
        variants = ImmutableList.copyOf(variants);
        transfers = ImmutableList.copyOf(transfers);
    }

    /** What a figure says of its transfers. */
    enum Measure {
        BANDWIDTH,
        /** The bandwidth of each of several at once. */
        EACH,
        /** The bandwidth of several at once together. */
        SUM,
        /** The bandwidth of the first alone, then that of the others together. */
        ONE_AND_BOTH,
        /** The median of the operations. */
        LATENCY,
        /** By how many hundredths the second variant is slower than the first. */
        SLOWDOWN,
        /** 1 if the first transfer moves data and the second does not. */
        WRITES_ONLY,
        /** 1 if a read has its data. */
        READS,
        /** What the link of the target counts together: headers and data, without framing. */
        RECEIVED,
        /** How many hundredths of its rate in the second variant the slowest has in the first. */
        SHARE,
        /** Half of the difference of two latencies, of which one is of two switches more. At most that. */
        HOP,
        /** Entries that an attachment has in the page table of the IOMMU. */
        PAGES,
        /** Nothing: {@code needed} says what that would take. */
        NOT_MODELLED
    }

    private static ImmutableMap<String, PeerFigure> read() {
        ImmutableMap.Builder<String, PeerFigure> all = ImmutableMap.builder();
        try {
            for (String line :
                    Resources.readLines(Resources.getResource(PeerFigure.class, "peers.tsv"), StandardCharsets.UTF_8)) {
                if (!line.startsWith("#")) {
                    List<String> cells = TABS.splitToList(line);
                    all.put(
                            cells.get(0),
                            new PeerFigure(
                                    cells.get(0),
                                    cells.get(1),
                                    COMMAS.splitToList(cells.get(2)),
                                    Measure.valueOf(cells.get(3)),
                                    COMMAS.splitToList(cells.get(4)),
                                    cells.get(5)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.buildOrThrow();
    }
}
