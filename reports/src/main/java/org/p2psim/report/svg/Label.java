package org.p2psim.report.svg;

/** Texts of a picture: names made safe to compose, widths estimated without fonts. */
final class Label {
    private static final String NARROW = "iljI.,:;'|!()[] ftr-";
    private static final String WIDE = "mwMW@%&";

    private Label() {}

    /**
     * A name to be put into a sentence: on one line, and shut off from its neighbours if it runs from right to left,
     * so that "a to b" does not read "b to a".
     */
    static String name(String name) {
        StringBuilder clean = new StringBuilder(name.length());
        name.codePoints().forEach(c -> {
            if (Character.isWhitespace(c)) {
                clean.append(' ');
            } else if (isPrintable(c) && !isIsolate(c)) {
                clean.appendCodePoint(c);
            }
        });
        boolean rightToLeft = clean.codePoints().anyMatch(Label::isRightToLeft);
        return rightToLeft ? "\u2068" + clean + "\u2069" : clean.toString();
    }

    /** A name in a sentence, cut if it is very long. */
    static String brief(String name) {
        return name(fit(name, 26, 1));
    }

    /** Cuts a text so that it fits a width, with an ellipsis; never between the halves of a surrogate pair. */
    static String fit(String text, double width, double fontSize) {
        if (width(text, fontSize) <= width) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        double left = width - width("…", fontSize);
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            left -= em(text.codePointAt(i)) * fontSize;
            if (left < 0) {
                break;
            }
            shown.appendCodePoint(text.codePointAt(i));
        }
        return shown + "…";
    }

    /** The width of a text in a common sans-serif face, on the wide side. */
    static double width(String text, double fontSize) {
        return text.codePoints().mapToDouble(Label::em).sum() * fontSize;
    }

    private static double em(int c) {
        if (!isPrintable(c) || isIsolate(c) || Character.getType(c) == Character.NON_SPACING_MARK) {
            return 0;
        }
        if (NARROW.indexOf(c) >= 0) {
            return 0.39;
        }
        if (WIDE.indexOf(c) >= 0) {
            return 0.95;
        }
        if (c >= 0x1100) {
            return 1;
        }
        return Character.isUpperCase(c) ? 0.7 : 0.62;
    }

    /** False for control characters, lone surrogates, non-characters, and overrides of the direction of text. */
    static boolean isPrintable(int c) {
        boolean turnsDirection = c >= 0x202a && c <= 0x202e || c == 0x200e || c == 0x200f || c == 0x061c;
        boolean outsideXml = c >= 0xd800 && c <= 0xdfff || (c & 0xfffe) == 0xfffe;
        return !Character.isISOControl(c) && !turnsDirection && !outsideXml;
    }

    private static boolean isIsolate(int c) {
        return c >= 0x2066 && c <= 0x2069;
    }

    private static boolean isRightToLeft(int c) {
        byte direction = Character.getDirectionality(c);
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
