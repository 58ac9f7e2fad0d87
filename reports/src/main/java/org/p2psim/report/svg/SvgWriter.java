package org.p2psim.report.svg;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Writes one SVG picture. All text and every attribute value pass through {@link #escape}, so nothing that a scenario
 * says can become markup.
 */
final class SvgWriter {
    private final String idPrefix;
    private final StringBuilder body = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** @param idPrefix what makes the ids of this picture unique on its page; letters, digits, dots, dashes */
    SvgWriter(String idPrefix) {
        this.idPrefix = idPrefix.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    String id(String rest) {
        return idPrefix + "-" + rest.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    /** Opens an element; attributes are names and values in turn. */
    SvgWriter begin(String element, Object... attributes) {
        open.push(element);
        start(element, attributes);
        body.append('>');
        return this;
    }

    SvgWriter end() {
        body.append("</").append(open.pop()).append(">\n");
        return this;
    }

    /** What a pointer or a screen reader finds on the element that is open. */
    SvgWriter title(String text) {
        body.append("<title>").append(escape(text)).append("</title>");
        return this;
    }

    SvgWriter rect(String styleClass, Box box, double radius) {
        return empty(
                "rect",
                "class",
                styleClass,
                "x",
                box.x(),
                "y",
                box.y(),
                "width",
                box.width(),
                "height",
                box.height(),
                "rx",
                radius);
    }

    SvgWriter line(String styleClass, double x1, double y1, double x2, double y2) {
        return empty("line", "class", styleClass, "x1", x1, "y1", y1, "x2", x2, "y2", y2);
    }

    /** A line of a given width, where the width says something. */
    SvgWriter wire(String styleClass, double x1, double y1, double x2, double y2, double width) {
        return empty("line", "class", styleClass, "x1", x1, "y1", y1, "x2", x2, "y2", y2, "stroke-width", width);
    }

    SvgWriter circle(String styleClass, double x, double y, double radius) {
        return empty("circle", "class", styleClass, "cx", x, "cy", y, "r", radius);
    }

    SvgWriter path(String styleClass, String data) {
        return empty("path", "class", styleClass, "d", data);
    }

    /** A triangle whose tip is at x, y and points to the left or to the right. */
    SvgWriter arrow(String styleClass, double x, double y, boolean left) {
        double back = left ? 7 : -7;
        return path(styleClass, "M" + number(x) + " " + number(y) + "l" + number(back) + " -3.5v7z");
    }

    /** @param styleClass {@code middle} or {@code end} among its classes sets the anchor */
    SvgWriter text(String styleClass, double x, double y, String text) {
        start("text", "class", styleClass, "x", x, "y", y);
        body.append('>').append(escape(text)).append("</text>\n");
        return this;
    }

    /** A text that is cut to a width in user units; the whole text is kept as its title. */
    SvgWriter fitted(String styleClass, double x, double y, String text, double width, double fontSize) {
        String shown = Label.fit(text, width, fontSize);
        if (shown.equals(text)) {
            return text(styleClass, x, y, text);
        }
        start("text", "class", styleClass, "x", x, "y", y);
        body.append('>');
        title(text);
        body.append(escape(shown)).append("</text>\n");
        return this;
    }

    /** The picture with its name and description for those who do not see it. */
    String finish(String title, String description, double width, double height) {
        if (!open.isEmpty()) {
            throw new IllegalStateException("still open: " + open);
        }
        String name = id("title");
        String told = id("desc");
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" role=\"img\" aria-labelledby=\"" + name
                + " "
                + told + "\" viewBox=\"0 0 " + number(width) + " " + number(height) + "\" width=\"" + number(width)
                + "\" height=\""
                + number(height) + "\">\n<title id=\"" + name + "\">" + escape(title)
                + "</title>\n<desc id=\"" + told + "\">" + escape(description) + "</desc>\n<style>"
                + PictureStyle.CSS + "</style>\n" + body + "</svg>\n";
    }

    private SvgWriter empty(String element, Object... attributes) {
        start(element, attributes);
        body.append("/>\n");
        return this;
    }

    private void start(String element, Object... attributes) {
        body.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            String value = attributes[i + 1] instanceof Double d ? number(d) : attributes[i + 1].toString();
            body.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escape(value))
                    .append('"');
        }
    }

    /** Two decimals at most, never an exponent. */
    static String number(double value) {
        long hundredths = Math.round(value * 100);
        if (hundredths % 100 == 0) {
            return Long.toString(hundredths / 100);
        }
        String digits = String.format(Locale.ROOT, "%.2f", hundredths / 100.0);
        return digits.endsWith("0") ? digits.substring(0, digits.length() - 1) : digits;
    }

    /** Markup and quotes escaped; what XML 1.0 does not allow and what turns the direction of text is left out. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    if (Label.isPrintable(c)) {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.toString();
    }
}
