package org.p2psim.report.json;

/** A text is not an outcome document that this version reads. The message is a sentence for the user. */
public final class OutcomeFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final int column;

    OutcomeFormatException(String message, int line, int column) {
        super(line > 0 ? "%d:%d: %s".formatted(line, column, message) : message);
        this.line = line;
        this.column = column;
    }

    /** Line of the document, from 1; 0 if not known. */
    public int line() {
        return line;
    }

    /** Column of that line, from 1; 0 if not known. */
    public int column() {
        return column;
    }
}
