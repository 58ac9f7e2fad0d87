package org.p2psim.report.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.p2psim.report.SampleOutcomes;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class JunitReportTest {
    @Test
    void everyExpectationAndInvariantIsACaseAndTheBrokenOnesFail() throws Exception {
        Document document = parsed(JunitReport.render(List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm())));
        assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(9);
        assertThat(document.getElementsByTagName("failure").getLength()).isEqualTo(2);
        Element vm = (Element) document.getElementsByTagName("testsuite").item(1);
        assertThat(vm.getAttribute("name")).isEqualTo("gaudi-dmabuf.vm");
        assertThat(vm.getAttribute("failures")).isEqualTo("2");
    }

    @Test
    void namesFromFilesStayText() throws Exception {
        Document document = parsed(
                JunitReport.render(List.of(SampleOutcomes.bareMetal("</testsuite><x a=\"", "a\u0000b\u001b]]>"))));
        assertThat(document.getElementsByTagName("x").getLength()).isZero();
        assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(4);
    }

    private static Document parsed(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    /** All expectations of the sample are met, and I-24 breaks as the scenario says. */
    @Test
    void anInvariantThatIsExpectedToBreakFailsNothing() {
        assertThat(SampleOutcomes.revoked().good()).isTrue();
        assertThat(JunitReport.render(List.of(SampleOutcomes.revoked()))).contains("failures=\"0\"");
    }
}
