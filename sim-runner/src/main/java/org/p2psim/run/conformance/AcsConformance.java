package org.p2psim.run.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.evidence.AcsEvidence;
import org.p2psim.scenario.evidence.AcsEvidence.Word;

/** The ACS control words that a boot writes against those of kernel code; each boot is a case. */
final class AcsConformance {
    private AcsConformance() {}

    static Case check(AcsEvidence evidence) {
        List<String> differences = new ArrayList<>();
        for (Word word : evidence.functions()) {
            Optional<Integer> model = evidence.boot().written(word.function());
            if (!model.equals(word.written())) {
                differences.add("%s: recorded %s, model %s"
                        .formatted(word.function().address(), text(word.written()), text(model)));
            }
        }
        return new Case(evidence.id(), differences.isEmpty(), String.join("; ", differences));
    }

    private static String text(Optional<Integer> word) {
        return word.map("%04x"::formatted).orElse("none");
    }
}
