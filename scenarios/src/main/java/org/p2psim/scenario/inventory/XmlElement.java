package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An element of an XML dump with what is below it. Text is left out: the dumps keep everything in attributes.
 *
 * @param file the dump's name, for messages
 * @param line where the element's start tag ends, from 1
 */
public record XmlElement(
        String file, String name, Map<String, String> attributes, List<XmlElement> children, int line) {
    static final int MOST_BYTES = 16 << 20;
    static final int MOST_ELEMENTS = 500_000;
    static final int DEEPEST = 200;

    public XmlElement {
        attributes = ImmutableMap.copyOf(attributes);
        children = ImmutableList.copyOf(children);
    }

    /** An element whose end tag is yet to come. */
    private record Open(
            String name,
            ImmutableMap<String, String> attributes,
            int line,
            ImmutableList.Builder<XmlElement> children) {}

    /**
     * Reads the root element. A document type that only names its DTD, as hwloc writes it, is accepted and not loaded;
     * one that declares anything is refused, so no entity is ever expanded.
     *
     * @param file the dump's name, for messages
     * @throws InventoryException if this is not XML, or more of it than a machine's dump can be
     */
    public static XmlElement read(String file, byte[] content) throws InventoryException {
        if (content.length > MOST_BYTES) {
            throw new InventoryException(
                    "%s: larger than %d MiB, the limit for an XML dump".formatted(file, MOST_BYTES >> 20));
        }
        try {
            return root(file, factory().createXMLStreamReader(new ByteArrayInputStream(content)));
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNumber());
            throw new InventoryException("%s:%d: not well-formed XML: %s".formatted(file, line, problem(e)));
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("it refers to " + systemId + "; a dump stands alone");
        });
        return factory;
    }

    private static String problem(XMLStreamException e) {
        String message = String.valueOf(e.getMessage());
        return message.substring(message.indexOf("Message: ") + 1).replaceFirst("^essage: ", "");
    }

    private static XmlElement root(String file, XMLStreamReader reader) throws XMLStreamException, InventoryException {
        Deque<Open> open = new ArrayDeque<>();
        int elements = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    open.push(start(reader));
                    if (open.size() > DEEPEST || ++elements > MOST_ELEMENTS) {
                        throw new InventoryException("%s:%d: %s".formatted(file, line(reader), limit(open.size())));
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    XmlElement element = end(file, open.pop());
                    if (open.isEmpty()) {
                        return element;
                    }
                    open.peek().children().add(element);
                }
                case XMLStreamConstants.DTD -> refuseDeclarations(file, reader);
                case XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new InventoryException(
                            "%s:%d: entity references are not read; a dump has none".formatted(file, line(reader)));
                default -> {}
            }
        }
        throw new InventoryException("%s: holds no element".formatted(file));
    }

    private static String limit(int depth) {
        return depth > DEEPEST ? "nested deeper than " + DEEPEST : "more than " + MOST_ELEMENTS + " elements";
    }

    private static Open start(XMLStreamReader reader) {
        ImmutableMap.Builder<String, String> attributes = ImmutableMap.builder();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            attributes.put(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
        }
        return new Open(reader.getLocalName(), attributes.buildKeepingLast(), line(reader), ImmutableList.builder());
    }

    private static XmlElement end(String file, Open open) {
        return new XmlElement(
                file, open.name(), open.attributes(), open.children().build(), open.line());
    }

    private static void refuseDeclarations(String file, XMLStreamReader reader) throws InventoryException {
        String doctype = String.valueOf(reader.getText()).strip();
        if (doctype.replaceFirst(">$", "").stripTrailing().endsWith("]")) {
            throw new InventoryException(
                    "%s:%d: the document type declares entities or the like; a dump's only names its DTD"
                            .formatted(file, line(reader)));
        }
    }

    private static int line(XMLStreamReader reader) {
        return reader.getLocation().getLineNumber();
    }

    public Optional<String> attribute(String attribute) {
        return Optional.ofNullable(attributes.get(attribute));
    }

    /** The same, and empty for a value without anything but blanks. */
    public Optional<String> stated(String attribute) {
        return attribute(attribute).map(String::strip).filter(value -> !value.isEmpty());
    }

    /** Something that is wrong with this element. */
    public InventoryException problem(String what) {
        return new InventoryException("%s:%d: <%s>: %s".formatted(file, line, name, what));
    }
}
