package org.p2psim.run.conformance;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** Evidence that could not be read: one line for each source that is wrong. */
public final class EvidenceProblems extends Exception {
    private static final long serialVersionUID = 1;

    EvidenceProblems(List<String> problems) {
        super(String.join("\n", ImmutableList.copyOf(problems)));
    }
}
