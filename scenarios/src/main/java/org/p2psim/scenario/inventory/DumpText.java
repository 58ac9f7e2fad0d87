package org.p2psim.scenario.inventory;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.p2psim.unit.Bytes;

/**
 * The lines of a text that went through mails, forums and editors: any line ends, a byte order mark, bytes that are
 * not UTF-8, {@code >} of quotes and doubled line ends are evened out. Blanks inside and at the end of lines stay.
 */
public final class DumpText implements Iterable<String> {
    /** Larger dumps are refused. */
    public static final int LARGEST = 64 << 20;

    /** Longer lines are no command's output; they become empty lines. */
    private static final int LONGEST_LINE = 1 << 14;

    private final String text;
    private final boolean doubleSpaced;

    private DumpText(String text) {
        this.text = text;
        this.doubleSpaced = isDoubleSpaced();
    }

    /**
     * Takes the content of a file.
     *
     * @param name as the user named the file
     * @throws InventoryException if it is larger than {@link #LARGEST}
     */
    public static DumpText of(String name, byte[] content) throws InventoryException {
        if (content.length > LARGEST) {
            throw new InventoryException(
                    "%s: larger than %s, the limit for a dump".formatted(name, Bytes.format(LARGEST)));
        }
        return new DumpText(decode(content));
    }

    private static String decode(byte[] content) {
        Charset charset = StandardCharsets.UTF_8;
        int mark = 0;
        if (startsWith(content, 0xef, 0xbb, 0xbf)) {
            mark = 3;
        } else if (startsWith(content, 0xff, 0xfe)) {
            charset = StandardCharsets.UTF_16LE;
            mark = 2;
        } else if (startsWith(content, 0xfe, 0xff)) {
            charset = StandardCharsets.UTF_16BE;
            mark = 2;
        }
        return new String(content, mark, content.length - mark, charset);
    }

    private static boolean startsWith(byte[] content, int... prefix) {
        if (content.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if ((content[i] & 0xff) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** True if the last line has no end: the text may have been cut off. */
    public boolean endsWithinLine() {
        return !text.isEmpty() && text.charAt(text.length() - 1) != '\n' && text.charAt(text.length() - 1) != '\r';
    }

    @Override
    public Iterator<String> iterator() {
        RawLines lines = new RawLines(text);
        return doubleSpaced ? new EveryOtherLine(lines) : lines;
    }

    /** Some programs make two line ends of one: then no two lines with content follow each other. */
    private boolean isDoubleSpaced() {
        int pairs = 0;
        int filled = 0;
        boolean before = false;
        for (RawLines lines = new RawLines(text); lines.hasNext(); ) {
            boolean content = !lines.next().isBlank();
            filled += content ? 1 : 0;
            pairs += content && before ? 1 : 0;
            before = content;
        }
        return filled > 8 && pairs * 20 < filled;
    }

    private static final class RawLines implements Iterator<String> {
        private final String text;
        private int next;

        RawLines(String text) {
            this.text = text;
        }

        @Override
        public boolean hasNext() {
            return next < text.length();
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            int start = next;
            int end = start;
            while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
                end++;
            }
            boolean pair = end + 1 < text.length() && text.charAt(end) == '\r' && text.charAt(end + 1) == '\n';
            next = end + (pair ? 2 : 1);
            return end - start > LONGEST_LINE ? "" : withoutQuotes(text.substring(start, end));
        }

        private static String withoutQuotes(String line) {
            int start = 0;
            for (int i = 0; i < line.length() && (line.charAt(i) == '>' || line.charAt(i) == ' '); i++) {
                if (line.charAt(i) == '>') {
                    start = i + 1;
                }
            }
            boolean quoted = start > 0;
            if (quoted && start < line.length() && line.charAt(start) == ' ') {
                start++;
            }
            String rest = line.substring(start);
            return rest.indexOf('\u00a0') < 0 ? rest : rest.replace('\u00a0', ' ');
        }
    }

    /** Leaves out the empty lines that follow a line with content, so that of two empty ones one stays. */
    private static final class EveryOtherLine implements Iterator<String> {
        private final RawLines lines;
        private Optional<String> ready = Optional.empty();
        private boolean afterContent;

        EveryOtherLine(RawLines lines) {
            this.lines = lines;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && lines.hasNext()) {
                String line = lines.next();
                boolean added = line.isBlank() && afterContent;
                afterContent = !line.isBlank();
                if (!added) {
                    ready = Optional.of(line);
                }
            }
            return ready.isPresent();
        }

        @Override
        public String next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            String line = ready.get();
            ready = Optional.empty();
            return line;
        }
    }
}
