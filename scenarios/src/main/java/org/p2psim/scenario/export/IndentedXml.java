package org.p2psim.scenario.export;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.p2psim.scenario.VisibleText;

/** An XML document, one element a line, two spaces a level; any text that it is given comes out as legal XML 1.0. */
final class IndentedXml {
    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter writer;
    private int level;

    private IndentedXml() throws XMLStreamException {
        writer = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
    }

    /** What fills a document. */
    @FunctionalInterface
    interface Content {
        void write(IndentedXml xml) throws XMLStreamException;
    }

    /** A document without an XML declaration, which NCCL's reader does not know. */
    static String document(Content content) {
        try {
            IndentedXml xml = new IndentedXml();
            content.write(xml);
            xml.writer.writeEndDocument();
            xml.writer.close();
            return xml.text.toString();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a string takes any document", e);
        }
    }

    /** An element with whatever {@code content} writes inside. */
    void element(String name, Map<String, String> attributes, Content content) throws XMLStreamException {
        indent();
        writer.writeStartElement(name);
        attributes(attributes);
        writer.writeCharacters("\n");
        level++;
        content.write(this);
        level--;
        indent();
        writer.writeEndElement();
        writer.writeCharacters("\n");
    }

    void empty(String name, Map<String, String> attributes) throws XMLStreamException {
        indent();
        writer.writeEmptyElement(name);
        attributes(attributes);
        writer.writeCharacters("\n");
    }

    void text(String name, Map<String, String> attributes, String content) throws XMLStreamException {
        indent();
        writer.writeStartElement(name);
        attributes(attributes);
        writer.writeCharacters(VisibleText.of(content));
        writer.writeEndElement();
        writer.writeCharacters("\n");
    }

    /** A comment on a line of its own; two hyphens would end it, so they get a space between. */
    void comment(String line) throws XMLStreamException {
        indent();
        writer.writeComment(" " + commentText(line) + " ");
        writer.writeCharacters("\n");
    }

    /** A comment of several lines. */
    void comment(List<String> lines) throws XMLStreamException {
        String margin = "  ".repeat(level);
        StringBuilder comment = new StringBuilder("\n");
        lines.forEach(line ->
                comment.append(margin).append("  ").append(commentText(line)).append('\n'));
        indent();
        writer.writeComment(comment.append(margin).toString());
        writer.writeCharacters("\n");
    }

    private static String commentText(String line) {
        return VisibleText.of(line).replace("--", "- -").replace("--", "- -");
    }

    private void attributes(Map<String, String> attributes) throws XMLStreamException {
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            writer.writeAttribute(attribute.getKey(), VisibleText.of(attribute.getValue()));
        }
    }

    private void indent() throws XMLStreamException {
        writer.writeCharacters("  ".repeat(level));
    }
}
