package org.p2psim.report.svg;

/** How wide text may be, since no font can be asked: generous for Latin letters, two columns for wide scripts. */
final class Lettering {
    private static final double COLUMN_OF_EM = 0.6;

    private Lettering() {}

    static double width(String text, double fontSize) {
        return columns(text) * fontSize * COLUMN_OF_EM;
    }

    private static int columns(String text) {
        return text.codePoints()
                .map(c -> c >= 0x1100 ? 2 : c == 'W' || c == 'M' || c == 'm' ? 2 : 1)
                .sum();
    }

    /** The beginning of a text, with an ellipsis if it would be wider than so many pixels. */
    static String fitted(String text, double fontSize, double width) {
        if (width(text, fontSize) <= width) {
            return text;
        }
        StringBuilder fitted = new StringBuilder();
        for (int c : text.codePoints().toArray()) {
            if (width(fitted + Character.toString(c) + "…", fontSize) + fontSize * COLUMN_OF_EM > width) {
                break;
            }
            fitted.appendCodePoint(c);
        }
        return fitted.append('…').toString();
    }

    /** False for characters that XML forbids, and for those that change the direction of what follows. */
    static boolean shows(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
