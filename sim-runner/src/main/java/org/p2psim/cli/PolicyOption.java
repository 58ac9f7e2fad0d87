package org.p2psim.cli;

import org.p2psim.p2p.AcsPolicy;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which rules for ACS a command asks. */
final class PolicyOption {
    /** Policies by what users call them. */
    private enum Policy {
        RELEASED("released"),
        DIVERGENCE_PORTS("divergence-ports");

        private final String word;

        Policy(String word) {
            this.word = word;
        }
    }

    @Option(
            names = "--policy",
            paramLabel = "P",
            description =
                    "ACS rules: released (the default), or divergence-ports, the rewrite in development where only"
                            + " the two ports count at which the ways part.",
            converter = Reader.class)
    private Policy policy = Policy.RELEASED;

    @Option(
            names = "--translated",
            description = "With divergence-ports: the client's requests carry translated addresses (ATS).")
    private boolean translated;

    @Option(
            names = "--relaxed-ordering",
            description = "With divergence-ports: completions have the Relaxed Ordering attribute.")
    private boolean relaxedOrdering;

    AcsPolicy policy() {
        if (policy == Policy.RELEASED && (translated || relaxedOrdering)) {
            throw new InputException(
                    "--translated and --relaxed-ordering need --policy divergence-ports: released kernels don't ask");
        }
        return switch (policy) {
            case RELEASED -> new AcsPolicy.Released();
            case DIVERGENCE_PORTS -> new AcsPolicy.DivergencePorts(translated, relaxedOrdering);
        };
    }

    /** Reads a policy by its word. */
    static final class Reader implements ITypeConverter<Policy> {
        @Override
        public Policy convert(String text) {
            for (Policy candidate : Policy.values()) {
                if (candidate.word.equals(text)) {
                    return candidate;
                }
            }
            throw new TypeConversionException(
                    "\"%s\" is no policy; write released or divergence-ports".formatted(text));
        }
    }
}
