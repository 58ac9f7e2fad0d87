package org.p2psim.scenario.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads a topology file no more leniently than NCCL does (nccl src/graph/xml.cc and xml.h): no declaration, one blank
 * before an attribute, blanks and line ends between elements and nothing else, no entities, at most 254 characters in a
 * value, 16 attributes and 256 elements.
 */
final class NcclReader {
    private static final int VALUE_MAX = 254;
    private static final int ATTRIBUTES_MAX = 16;
    private static final int ELEMENTS_MAX = 256;

    private final String text;
    private int at;
    private int elements;

    private NcclReader(String text) {
        this.text = text;
    }

    /** How near NCCL takes two functions to be (src/graph/paths.cc), the nearest first. */
    enum PathType {
        /** One PCIe switch. */
        PIX,
        /** Several switches, and no CPU. */
        PXB,
        /** Through a CPU. */
        PHB,
        /** Through the link between NUMA nodes. */
        SYS
    }

    static final class Element {
        private final String name;
        private final Optional<Element> parent;
        private final Map<String, String> attributes = new LinkedHashMap<>();
        private final List<Element> below = new ArrayList<>();

        private Element(String name, Optional<Element> parent) {
            this.name = name;
            this.parent = parent;
        }

        String attribute(String key) {
            return Objects.requireNonNull(attributes.get(key), name + " has no " + key);
        }

        Map<String, String> attributes() {
            return attributes;
        }

        List<Element> below() {
            return below;
        }

        /** Every pci element below that is no switch. */
        List<Element> leaves() {
            return below.stream()
                    .flatMap(element -> element.below.isEmpty() ? Stream.of(element) : element.leaves().stream())
                    .toList();
        }

        Element leaf(String busId) {
            return leaves().stream()
                    .filter(leaf -> leaf.attribute("busid").equals(busId))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no pci element " + busId));
        }

        private List<Element> wayUp() {
            List<Element> way = new ArrayList<>(List.of(this));
            parent.ifPresent(above -> way.addAll(above.wayUp()));
            return way;
        }
    }

    /** The worst hop of the way from one leaf to another, by the rules of ncclTopoSetPaths(). */
    static PathType path(Element a, Element b) {
        List<Element> up = a.wayUp();
        List<Element> down = b.wayUp();
        List<Element> nodes = new ArrayList<>(
                up.stream().takeWhile(element -> !down.contains(element)).toList());
        Element common = up.get(nodes.size());
        boolean acrossNodes = common.name.equals("system");
        if (!acrossNodes) {
            nodes.add(common);
        }
        List<Element> rest =
                down.stream().takeWhile(element -> !up.contains(element)).toList();
        for (int i = rest.size() - 1; i >= 0; i--) {
            nodes.add(rest.get(i));
        }
        PathType worst = PathType.PIX;
        for (int i = 1; i < nodes.size(); i++) {
            PathType hop = hop(nodes.get(i - 1), nodes.get(i));
            worst = hop.compareTo(worst) > 0 ? hop : worst;
        }
        return worst;
    }

    private static PathType hop(Element from, Element to) {
        boolean fromCpu = from.name.equals("cpu");
        boolean toCpu = to.name.equals("cpu");
        if (fromCpu && toCpu) {
            return PathType.SYS;
        }
        if (fromCpu || toCpu) {
            return PathType.PHB;
        }
        return from.below.isEmpty() || to.below.isEmpty() ? PathType.PIX : PathType.PXB;
    }

    /** The system element. */
    static Element read(String file) {
        NcclReader reader = new NcclReader(file);
        Element system = reader.element(Optional.empty()).orElseThrow();
        assertThat(system.name).isEqualTo("system");
        assertThat(system.attribute("version")).isEqualTo("1");
        assertThat(reader.element(Optional.empty())).isEmpty();
        return system;
    }

    private Optional<Element> element(Optional<Element> parent) {
        skipBlanksAndComments();
        if (at == text.length()) {
            return Optional.empty();
        }
        assertThat(text.charAt(at)).as("expecting '<' at %d", at).isEqualTo('<');
        at++;
        Element element = new Element(token(" >/\n"), parent);
        assertThat(++elements).isLessThanOrEqualTo(ELEMENTS_MAX);
        assertThat(element.name).matches("system|cpu|pci");
        while (text.charAt(at) == ' ') {
            at++;
            attribute(element);
        }
        if (text.startsWith("/>", at)) {
            at += 2;
            return Optional.of(element);
        }
        expect(">");
        skipBlanksAndComments();
        while (!text.startsWith("</", at)) {
            element.below.add(element(Optional.of(element)).orElseThrow());
            skipBlanksAndComments();
        }
        expect("</" + element.name + ">");
        return Optional.of(element);
    }

    private void attribute(Element element) {
        String key = token("= >/\n");
        expect("=\"");
        String value = token("\"");
        at++;
        assertThat(value.length()).isLessThanOrEqualTo(VALUE_MAX);
        assertThat(value).as("NCCL knows no entities").doesNotContain("&");
        assertThat(element.attributes.put(key, value)).as("twice: " + key).isNull();
        assertThat(element.attributes).hasSizeLessThanOrEqualTo(ATTRIBUTES_MAX);
    }

    private void skipBlanksAndComments() {
        while (at < text.length()) {
            if (" \n\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            } else if (text.startsWith("<!--", at)) {
                // NCCL reads the comment's first word as an element's name, which must end before any '='.
                assertThat(text.charAt(at + 4)).isIn(' ', '\n');
                at = text.indexOf("-->", at) + 3;
                assertThat(at).as("unterminated comment").isGreaterThan(2);
            } else {
                return;
            }
        }
    }

    private String token(String ends) {
        int start = at;
        while (ends.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private void expect(String expected) {
        assertThat(text.startsWith(expected, at))
                .as("expecting %s at %d", expected, at)
                .isTrue();
        at += expected.length();
    }
}
