package org.p2psim.scenario.evidence;

import java.nio.file.Path;

/** Where recorded answers are. */
public sealed interface EvidenceSource {
    Path path();

    /** A file of cases. */
    record Vectors(Path path) implements EvidenceSource {}

    /** A folder with the dumps of a machine and the answers of its kernel. */
    record CapturedMachine(Path path) implements EvidenceSource {}

    /** A table of timing: bandwidths, latencies, links. */
    record Timing(Path path) implements EvidenceSource {}
}
