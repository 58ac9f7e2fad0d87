package org.p2psim.scenario.evidence;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** The lines of a file, plain or gzip, of which one at a time is in memory. Blank lines are passed over. */
final class EvidenceLines implements AutoCloseable {
    /** Far above any topology: a switch fabric of 1,000 functions takes 200 KB. */
    static final int LINE_BYTES_MAX = 16 << 20;

    /** Of the whole file when it is not compressed: a bound for the time that a small gzip file can take. */
    private static final long FILE_BYTES_MAX = 8L << 30;

    private static final int BLOCK = 1 << 16;

    private final String file;
    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(BLOCK);
    private final byte[] block = new byte[BLOCK];
    private int at;
    private int end;
    private int number;
    private long bytes;

    private EvidenceLines(String file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    static EvidenceLines open(Path file) throws EvidenceException {
        try {
            return of(file.toString(), Files.newInputStream(file));
        } catch (IOException e) {
            throw EvidenceException.of(file.toString(), e);
        }
    }

    /**
     * The lines of a stream, which is closed with them. Gzip is known by its first two bytes.
     *
     * @param file its name, for messages
     */
    static EvidenceLines of(String file, InputStream in) throws EvidenceException {
        try {
            InputStream raw = new BufferedInputStream(in, BLOCK);
            try {
                return new EvidenceLines(file, isGzip(raw) ? new GZIPInputStream(raw, BLOCK) : raw);
            } catch (IOException e) {
                raw.close();
                throw e;
            }
        } catch (EOFException | ZipException e) {
            throw new EvidenceException("%s: damaged gzip data: %s".formatted(file, e.getMessage()));
        } catch (IOException e) {
            throw EvidenceException.of(file, e);
        }
    }

    private static boolean isGzip(InputStream in) throws IOException {
        in.mark(2);
        int magic = in.read() | in.read() << 8;
        in.reset();
        return magic == GZIPInputStream.GZIP_MAGIC;
    }

    /** The next line that is not blank, with its place; empty at the end of the file. */
    Optional<Line> next() throws EvidenceException {
        while (readLine()) {
            Line next = new Line(new Place(file, number), line.toByteArray());
            if (!next.isBlank()) {
                return Optional.of(next);
            }
        }
        return Optional.empty();
    }

    /**
     * A line of a file.
     *
     * @param bytes without the line feed
     */
    record Line(Place place, byte[] bytes) {
        boolean isBlank() {
            for (byte b : bytes) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    private boolean readLine() throws EvidenceException {
        line.reset();
        number++;
        while (at < end || fill()) {
            int from = at;
            while (at < end && block[at] != '\n') {
                at++;
            }
            line.write(block, from, at - from);
            if (line.size() > LINE_BYTES_MAX) {
                throw place().wrong("longer than %d MiB: evidence is JSON Lines, one case a line"
                        .formatted(LINE_BYTES_MAX >> 20));
            }
            if (at < end) {
                at++;
                return true;
            }
        }
        return line.size() > 0;
    }

    private boolean fill() throws EvidenceException {
        try {
            at = 0;
            end = Math.max(0, in.read(block));
            bytes += end;
            if (bytes > FILE_BYTES_MAX) {
                throw place().wrong("longer than %d GiB up to here".formatted(FILE_BYTES_MAX >> 30));
            }
            return end > 0;
        } catch (EOFException e) {
            throw place().wrong("the gzip data ends in the middle: the file is not complete");
        } catch (ZipException e) {
            throw place().wrong("damaged gzip data: " + e.getMessage());
        } catch (IOException e) {
            throw EvidenceException.of(file, e);
        }
    }

    private Place place() {
        return new Place(file, number);
    }

    @Override
    public void close() throws EvidenceException {
        try {
            in.close();
        } catch (IOException e) {
            throw EvidenceException.of(file, e);
        }
    }
}
