package org.p2psim.p2p;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.KernelRules.Rule;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PciFunction;

/** Collects the steps of a verdict and the kernel's messages, in the order of the kernel's own checks. */
final class Reasons {
    /** The message is built with room for 128 bytes, the last one for the end of the string. */
    private static final int HINT_LENGTH_MAX = 127;

    private final KernelRules rules;
    private final List<Step> steps = new ArrayList<>();
    private final List<KernelMessage> messages = new ArrayList<>();

    Reasons(KernelRules rules) {
        this.rules = rules;
    }

    List<Step> steps() {
        return steps;
    }

    List<KernelMessage> messages() {
        return messages;
    }

    void step(Step.Kind kind, String sentence) {
        steps.add(new Step(kind, Optional.empty(), sentence));
    }

    void step(Step.Kind kind, Bdf at, String sentence) {
        steps.add(new Step(kind, Optional.of(at), sentence));
    }

    void refused(String sentence) {
        step(Step.Kind.ROOT_COMPLEX_REFUSED, sentence);
    }

    void warn(KernelMessage.Kind kind, Bdf function, String text) {
        messages.add(new KernelMessage(kind, function.toString(), text));
    }

    void common(Optional<PciFunction> common, int hops) {
        if (common.isEmpty()) {
            step(
                    Step.Kind.NO_COMMON_BRIDGE,
                    "the two have no upstream bridge in common, so TLPs pass the root complex");
            return;
        }
        step(
                Step.Kind.COMMON_BRIDGE,
                common.get().address(),
                hops == 0
                        ? "provider and client are the same function"
                        : "both are below %s".formatted(label(common.get())));
    }

    void mayShareBridge() {
        step(
                Step.Kind.ACS_NOT_KNOWN,
                "what is above the two was not captured: a switch may be above both, with or without ACS redirect");
    }

    void direct() {
        step(
                Step.Kind.NO_ACS_REDIRECT,
                "no function on the way redirects (ACS RR, CR and EC are off), so the kernel takes the way to be direct");
    }

    void redirect(List<PciFunction> redirecting) {
        for (PciFunction function : redirecting) {
            String bits = Acs.bits(function.acs().orElseThrow().control()).stream()
                    .filter(bit -> bit == AcsBit.RR || bit == AcsBit.CR || bit == AcsBit.EC)
                    .map(AcsBit::name)
                    .collect(Collectors.joining("+"));
            step(
                    Step.Kind.ACS_REDIRECT,
                    function.address(),
                    "%s has ACS %s on, which sends peer TLPs up to the root complex".formatted(label(function), bits));
        }
    }

    void notKnown(List<PciFunction> functions) {
        for (PciFunction function : functions) {
            step(
                    Step.Kind.ACS_NOT_KNOWN,
                    function.address(),
                    "the ACS control word of %s was not captured: RR, CR or EC would redirect"
                            .formatted(label(function)));
        }
    }

    private static String label(PciFunction function) {
        String address = function.address().toString();
        return function.name().equals(address) ? address : "%s (%s)".formatted(function.name(), address);
    }

    /** @param controls what the hint disables, in the words of the policy's kernel */
    void warnRedirect(PciFunction provider, PciFunction client, List<PciFunction> redirecting, String controls) {
        String list = redirecting.stream()
                .map(function -> function.address().toString())
                .collect(Collectors.joining(";"));
        if (rules.has(Rule.ACS_HINT_IN_128_BYTES) && list.length() + 1 > HINT_LENGTH_MAX) {
            list = (list + ";").substring(0, HINT_LENGTH_MAX);
        }
        String between = "ACS redirect is set between the client and provider (%s)".formatted(provider.address());
        warn(
                KernelMessage.Kind.ACS_REDIRECT,
                client.address(),
                rules.has(Rule.MAP_TYPES) ? between : "cannot be used for peer-to-peer DMA as " + between);
        warn(
                KernelMessage.Kind.ACS_HINT,
                client.address(),
                "to disable %s for this path, add the kernel parameter: pci=disable_acs_redir=%s"
                        .formatted(controls, list));
    }

    void warnNoPath(PciFunction provider, PciFunction client) {
        String text =
                "cannot be used for peer-to-peer DMA as the client and provider (%s) do not share an upstream bridge"
                        .formatted(provider.address());
        warn(
                KernelMessage.Kind.NO_PATH,
                client.address(),
                rules.has(Rule.MAP_TYPES) ? text + " or whitelisted host bridge" : text);
    }
}
