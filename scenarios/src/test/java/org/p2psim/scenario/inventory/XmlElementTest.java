package org.p2psim.scenario.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** XML comes from strangers: it is read as elements and attributes, and nothing in it is followed or expanded. */
class XmlElementTest {
    private static XmlElement read(String text) throws InventoryException {
        return XmlElement.read("dump.xml", text.getBytes(StandardCharsets.UTF_8));
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(String text) {
        return assertThatThrownBy(() -> read(text)).isInstanceOf(InventoryException.class);
    }

    @Test
    void elementsKnowTheirAttributesAndTheirLine() throws InventoryException {
        XmlElement root = read("<a>\n  <b x='1' y=' '/>\n  <b x='2'/>\n</a>");
        assertThat(root.children()).extracting(XmlElement::line).containsExactly(2, 3);
        assertThat(root.children().get(0).attribute("x")).hasValue("1");
        assertThat(root.children().get(0).stated("y")).isEmpty();
        assertThat(root.children().get(1).attribute("z")).isEmpty();
    }

    @Test
    void theDoctypeThatHwlocWritesIsReadAndItsDtdIsNot() throws InventoryException {
        XmlElement root = read("<!DOCTYPE topology SYSTEM \"file:///no/such/hwloc2.dtd\">\n<topology/>");
        assertThat(root.name()).isEqualTo("topology");
        assertThat(root.line()).isEqualTo(2);
        assertThat(read("<?xml version='1.0'?><!-- <!DOCTYPE t [ --><!DOCTYPE t\nPUBLIC '>[' \"x\">\n<t/>")
                        .line())
                .isEqualTo(3);
    }

    @Test
    void aDoctypeThatDoesNotEndIsRefused() {
        assertRefused("<?xml version='1.0'?>\n<!DOCTYPE t SYSTEM \"x>\n<t/>")
                .hasMessage("dump.xml:2: the document type does not end");
        assertRefused("<!DOCTYPE t SYSTEM 'x'><!DOCTYPE t><t/>").hasMessageStartingWith("dump.xml:1: ");
        assertRefused("<t/>\n<!DOCTYPE t [<!ENTITY x 'y'>]>").hasMessageStartingWith("dump.xml:2: ");
    }

    @Test
    void externalEntitiesAreRefused() {
        assertRefused("<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><t>&x;</t>")
                .hasMessage("dump.xml:1: the document type declares entities or the like; a dump's only names its DTD");
    }

    @Test
    void parameterEntitiesAreRefused() {
        assertRefused("<!DOCTYPE t [<!ENTITY % p SYSTEM \"file:///etc/hostname\"> %p;] ><t/>")
                .hasMessageContaining("the document type declares entities");
    }

    @Test
    void aBillionLaughsAreRefusedBeforeTheFirst() {
        StringBuilder bomb = new StringBuilder("<!DOCTYPE t [<!ENTITY l0 \"lol\">");
        for (int i = 1; i < 10; i++) {
            bomb.append(
                    "<!ENTITY l%d \"%s\">".formatted(i, "&l%d;".formatted(i - 1).repeat(10)));
        }
        assertRefused(bomb + "]><t a='&l9;'>&l9;</t>").hasMessageContaining("the document type declares entities");
    }

    @Test
    void referencesToUndeclaredEntitiesAreRefused() {
        assertRefused("<t a='&x;'/>").hasMessageStartingWith("dump.xml:1: not well-formed XML: ");
        assertRefused("<t>&x;</t>").hasMessageStartingWith("dump.xml:1: ");
    }

    @Test
    void aHundredThousandElementsInsideEachOtherAreRefusedAtTheTwoHundredAndFirst() {
        assertRefused("<a>\n".repeat(100_000)).hasMessage("dump.xml:201: nested deeper than 200");
    }

    @Test
    void halfAMillionElementsAreRefused() {
        assertRefused("<a>" + "<b/>".repeat(500_000) + "</a>").hasMessage("dump.xml:1: more than 500000 elements");
    }

    @Test
    void aHundredMegabytesAreRefusedByTheirSize() {
        assertThatThrownBy(() -> XmlElement.read("dump.xml", new byte[100_000_000]))
                .isInstanceOf(InventoryException.class)
                .hasMessage("dump.xml: larger than 16 MiB, the limit for an XML dump");
    }

    @Test
    void whatIsNoXmlIsRefusedWithItsLine() {
        assertRefused("").hasMessageStartingWith("dump.xml:1: not well-formed XML: ");
        assertRefused("\0".repeat(1000)).hasMessageStartingWith("dump.xml:1: not well-formed XML: ");
        assertRefused("<a>\n<b>\n</a>").hasMessageStartingWith("dump.xml:3: not well-formed XML: ");
        assertRefused("<a>\n<b/>").hasMessageStartingWith("dump.xml:2: not well-formed XML: ");
        assertRefused("<a x='1' x='2'/>").hasMessageStartingWith("dump.xml:1: not well-formed XML: ");
    }

    @Test
    void onlyUtf8IsRead() throws InventoryException {
        assertThat(read("\uFEFF<a x='\u00e9'/>").attribute("x")).hasValue("\u00e9");
        assertThatThrownBy(() -> XmlElement.read("dump.xml", "<a/>".getBytes(StandardCharsets.UTF_16)))
                .hasMessage("dump.xml: not UTF-8 text");
        assertThatThrownBy(() -> XmlElement.read("dump.xml", "<a x='\u00e9'/>".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessage("dump.xml: not UTF-8 text");
    }

    @Test
    void randomBytesAreRefused() {
        for (long seed = 0; seed < 500; seed++) {
            byte[] bytes = new byte[200];
            new SplittableRandom(seed).nextBytes(bytes);
            assertThatThrownBy(() -> XmlElement.read("dump.xml", bytes))
                    .as("seed %d", seed)
                    .isInstanceOf(InventoryException.class);
        }
    }
}
