package org.p2psim.scenario;

/** Text that comes from a file, which may hold anything, made safe to show: on a terminal, in a shell, in XML. */
public final class VisibleText {
    private VisibleText() {}

    /** The text on one line, with control, format and line-separating characters as escapes. */
    public static String of(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.UNASSIGNED,
                        Character.PRIVATE_USE -> out.append("\\u{%x}".formatted(c));
                default -> out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    /** The visible text, cut after so many characters of it. */
    public static String clipped(String text, int longest) {
        String visible = of(text.substring(0, Math.min(text.length(), longest + 1)));
        return visible.length() <= longest ? visible : visible.substring(0, longest) + "...";
    }
}
