package org.p2psim.report.svg;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayDeque;
import java.util.Deque;

/** Writes SVG elements; every text and attribute value is escaped here and nowhere else. */
final class Svg {
    private final StringBuilder out = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();

    /** Begins a picture of so many pixels. */
    static Svg picture(String id, String cssClass, double width, double height, String title, String description) {
        Svg svg = new Svg();
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "id",
                id,
                "class",
                cssClass,
                "role",
                "img",
                "aria-labelledby",
                id + "-title " + id + "-desc",
                "width",
                width,
                "height",
                height,
                "viewBox",
                "0 0 " + number(width) + " " + number(height));
        svg.leaf("title", title, "id", id + "-title");
        svg.leaf("desc", description, "id", id + "-desc");
        return svg;
    }

    /** Opens an element; attributes are names and values in turn. */
    Svg open(String name, Object... attributes) {
        tag(name, attributes);
        out.append('>');
        open.push(name);
        return this;
    }

    Svg close() {
        out.append("</").append(open.pop()).append(">\n");
        return this;
    }

    /** An element without content. */
    Svg empty(String name, Object... attributes) {
        tag(name, attributes);
        out.append("/>\n");
        return this;
    }

    /** An element with text only. */
    Svg leaf(String name, String text, Object... attributes) {
        tag(name, attributes);
        out.append('>').append(escaped(text)).append("</").append(name).append(">\n");
        return this;
    }

    Svg text(double x, double y, String cssClass, String text) {
        return leaf("text", text, "x", x, "y", y, "class", cssClass);
    }

    Svg line(double x1, double y1, double x2, double y2, String cssClass) {
        return empty(
                "path",
                "d",
                "M" + number(x1) + " " + number(y1) + "L" + number(x2) + " " + number(y2),
                "class",
                cssClass);
    }

    /** Closes what is open and gives the text. */
    String done() {
        while (!open.isEmpty()) {
            close();
        }
        return out.toString();
    }

    private void tag(String name, Object... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            Object value = attributes[i + 1];
            String text = value instanceof Number n ? number(n.doubleValue()) : escaped(value.toString());
            out.append(' ').append(attributes[i]).append("=\"").append(text).append('"');
        }
    }

    /** One decimal at most, which is finer than a screen shows. */
    static String number(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(1, RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.appendCodePoint(Lettering.shows(c) ? c : 0xfffd);
            }
        });
        return safe.toString();
    }
}
