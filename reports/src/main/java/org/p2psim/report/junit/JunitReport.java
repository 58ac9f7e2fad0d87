package org.p2psim.report.junit;

import com.google.common.xml.XmlEscapers;
import java.util.List;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.RunOutcome;

/** One test suite for each run, one test case for each expectation and invariant. */
public final class JunitReport {
    private JunitReport() {}

    public static String render(List<RunOutcome> runs) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
        runs.forEach(run -> suite(xml, run));
        return xml.append("</testsuites>\n").toString();
    }

    private static void suite(StringBuilder xml, RunOutcome run) {
        long failures = run.expectations().stream()
                        .filter(expectation -> !expectation.met())
                        .count()
                + run.invariants().stream()
                        .filter(invariant -> !invariant.good())
                        .count();
        String name = run.provenance().scenario() + "." + run.variant();
        xml.append("  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\">\n"
                .formatted(
                        escape(name),
                        run.expectations().size() + run.invariants().size(),
                        failures));
        for (ExpectationOutcome expectation : run.expectations()) {
            testCase(xml, name, expectation.expected(), expectation.met(), "found: " + expectation.found());
        }
        for (InvariantOutcome invariant : run.invariants()) {
            testCase(
                    xml,
                    name,
                    invariant.id() + " " + invariant.statement(),
                    invariant.good(),
                    invariant
                            .violation()
                            .map(InvariantOutcome.Violation::detail)
                            .orElse(""));
        }
        xml.append("  </testsuite>\n");
    }

    private static void testCase(StringBuilder xml, String suite, String name, boolean passed, String message) {
        xml.append("    <testcase classname=\"%s\" name=\"%s\"".formatted(escape(suite), escape(name)));
        if (passed) {
            xml.append("/>\n");
        } else {
            xml.append(">\n      <failure message=\"%s\"/>\n    </testcase>\n".formatted(escape(message)));
        }
    }

    /** Guava's escaper also takes out the control characters that XML 1.0 cannot hold. */
    private static String escape(String text) {
        return XmlEscapers.xmlAttributeEscaper().escape(text);
    }
}
