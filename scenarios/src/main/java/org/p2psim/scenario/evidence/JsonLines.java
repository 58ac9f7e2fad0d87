package org.p2psim.scenario.evidence;

import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A file of JSON objects, one a line, as it is or compressed with gzip; no more than a line of it is in memory. */
final class JsonLines {
    private static final int LINE_BYTES_MAX = 8 << 20;
    private static final long FILE_BYTES_MAX = 1L << 30;
    private static final int LINES_MAX = 1_000_000;
    private static final int NESTING_MAX = 32;
    private static final int GZIP_MAGIC = 0x8b1f;
    private static final int MESSAGE_LENGTH_MAX = 200;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String file;
    private final InputStream in;
    private int line;
    private long bytes;
    private boolean atEnd;

    /** Told each line. */
    interface Reader {
        void read(Value line) throws EvidenceException;
    }

    private JsonLines(String file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /**
     * Reads a file to its end; blank lines are passed over.
     *
     * @param file its name, for messages
     * @throws EvidenceException if it is not such a file, or has no line
     */
    static void each(String file, InputStream in, Reader reader) throws EvidenceException, IOException {
        JsonLines lines = new JsonLines(file, plain(file, in));
        boolean any = false;
        while (!lines.atEnd) {
            byte[] text = lines.next();
            if (text.length > 0) {
                reader.read(lines.value(text));
                any = true;
            }
        }
        if (!any) {
            throw new EvidenceException(file + " has no cases: it should have a JSON object on each line");
        }
    }

    private static InputStream plain(String file, InputStream in) throws EvidenceException, IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(2);
        int magic = buffered.read() | buffered.read() << 8;
        buffered.reset();
        try {
            return magic == GZIP_MAGIC ? new BufferedInputStream(new GZIPInputStream(buffered)) : buffered;
        } catch (ZipException | EOFException e) {
            throw new EvidenceException(file + " begins like gzip, but is not: " + e.getMessage());
        }
    }

    /** The next line without the blanks around it. */
    private byte[] next() throws EvidenceException, IOException {
        line++;
        if (line > LINES_MAX) {
            throw new EvidenceException("%s has more than %,d lines".formatted(file, LINES_MAX));
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    atEnd = true;
                    break;
                }
                if (++bytes > FILE_BYTES_MAX) {
                    throw problem("the file is longer than %,d bytes".formatted(FILE_BYTES_MAX));
                }
                if (text.size() >= LINE_BYTES_MAX) {
                    throw problem("longer than %,d bytes; a case has one line".formatted(LINE_BYTES_MAX));
                }
                if (next > ' ' || text.size() > 0) {
                    text.write(next);
                }
            }
        } catch (ZipException | EOFException e) {
            throw problem("the compressed data is damaged or cut off here: " + e.getMessage());
        }
        return text.toByteArray();
    }

    private Value value(byte[] text) throws EvidenceException {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JacksonException e) {
            String why = CharMatcher.whitespace()
                    .or(CharMatcher.javaIsoControl())
                    .trimAndCollapseFrom(e.getOriginalMessage(), ' ');
            throw problem("not a line of JSON: " + Ascii.truncate(why, MESSAGE_LENGTH_MAX, "..."));
        }
        if (!node.isObject()) {
            throw problem("not a JSON object: {\"id\": ..., }");
        }
        return new Value("%s, line %d".formatted(file, line), "", node);
    }

    private EvidenceException problem(String what) {
        return new EvidenceException("%s, line %d: %s".formatted(file, line, what));
    }
}
