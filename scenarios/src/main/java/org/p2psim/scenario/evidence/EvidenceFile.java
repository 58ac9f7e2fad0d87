package org.p2psim.scenario.evidence;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A file of recorded cases, read one at a time. What kind of evidence it is follows from the keys of its first line. */
public final class EvidenceFile implements AutoCloseable {
    private final EvidenceLines lines;
    private final String file;
    private Optional<Kind> kind = Optional.empty();

    private enum Kind {
        P2PDMA("hostBridges") {
            @Override
            Evidence read(Value line) throws EvidenceException {
                return P2pdmaReader.read(line);
            }
        },
        ACS("devices") {
            @Override
            Evidence read(Value line) throws EvidenceException {
                return AcsReader.read(line);
            }
        },
        SG_TABLE("algo") {
            @Override
            Evidence read(Value line) throws EvidenceException {
                return SgTableReader.read(line);
            }
        };

        /** The field that no other kind has. */
        private final String mark;

        Kind(String mark) {
            this.mark = mark;
        }

        abstract Evidence read(Value line) throws EvidenceException;

        static Kind of(Value line) throws EvidenceException {
            return Stream.of(values())
                    .filter(kind -> line.has(kind.mark))
                    .findFirst()
                    .orElseThrow(() -> line.place()
                            .wrong(("the fields %s are of no evidence known here; p2pdma vectors have hostBridges, ACS"
                                            + " vectors devices, scatter/gather tables algo")
                                    .formatted(line.names())));
        }
    }

    private EvidenceFile(String file, EvidenceLines lines) {
        this.file = file;
        this.lines = lines;
    }

    /**
     * Opens a file, plain or gzip.
     *
     * @throws EvidenceException if it cannot be opened
     */
    public static EvidenceFile open(Path file) throws EvidenceException {
        return new EvidenceFile(file.toString(), EvidenceLines.open(file));
    }

    /**
     * A stream with the contents of such a file, closed with it.
     *
     * @param file its name, for messages
     * @throws EvidenceException if it begins like gzip and is not
     */
    public static EvidenceFile of(String file, InputStream in) throws EvidenceException {
        return new EvidenceFile(file, EvidenceLines.of(file, in));
    }

    /**
     * The next case; empty after the last.
     *
     * @throws EvidenceException if the next line is wrong, or the file has no line at all
     */
    public Optional<Evidence> next() throws EvidenceException {
        Optional<EvidenceLines.Line> next = lines.next();
        if (next.isEmpty()) {
            if (kind.isEmpty()) {
                throw new EvidenceException("%s: empty".formatted(file));
            }
            return Optional.empty();
        }
        Value line = Value.of(next.get());
        if (kind.isEmpty()) {
            kind = Optional.of(Kind.of(line));
        }
        return Optional.of(kind.get().read(line));
    }

    @Override
    public void close() throws EvidenceException {
        lines.close();
    }
}
