package org.p2psim.report.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.boot.AcsBoot;
import org.p2psim.outcome.Explanation;
import org.p2psim.outcome.Explanation.Changed;
import org.p2psim.outcome.Explanation.GroupOutcome;
import org.p2psim.outcome.Note;
import org.p2psim.p2p.KernelMessage;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.KernelRelease;

/** The steps of a verdict in an operator's words, and the kernel's own lines. */
public final class ExplainText {
    private static final int WIDTH = 120;

    private final Explanation explanation;
    private final List<String> lines = new ArrayList<>();

    private ExplainText(Explanation explanation) {
        this.explanation = explanation;
    }

    public static String of(Explanation explanation) {
        return new ExplainText(explanation).text();
    }

    private String text() {
        lines.add("%s, %s: kernel %s on %s"
                .formatted(
                        Plain.safe(explanation.scenario()),
                        Plain.safe(explanation.variant()),
                        explanation.kernel(),
                        explanation.cpu()));
        for (int i = 0; i < explanation.clients().size(); i++) {
            pair(explanation.clients().get(i), explanation.distance().pairs().get(i));
        }
        if (explanation.clients().size() != 1) {
            sum();
        }
        messages();
        groups();
        explanation.changed().ifPresent(this::changed);
        notes();
        return TextTable.joined(lines);
    }

    private void pair(String client, Optional<Verdict> verdict) {
        String pair = "provider %s, client %s: ".formatted(Plain.safe(explanation.provider()), Plain.safe(client));
        lines.add("");
        if (verdict.isEmpty()) {
            lines.add(pair + "NOT_SUPPORTED (-1): the client is not a PCI device");
            return;
        }
        boolean refused = explanation.distance().messages().stream()
                .anyMatch(message -> message.kind() == KernelMessage.Kind.DMA_VIRT_OPS
                        && message.device().equals(client));
        if (refused) {
            lines.add(pair + "NOT_SUPPORTED (-1): kernels before 5.11 refuse software RDMA (dma_virt_ops)");
            return;
        }
        Verdict answer = verdict.get();
        lines.add(pair + answer(answer));
        for (int i = 0; i < answer.steps().size(); i++) {
            wrapped("  %d. ".formatted(i + 1), answer.steps().get(i).sentence());
        }
        for (Verdict.Branch branch : answer.branches()) {
            wrapped("  - ", branch.toString());
        }
        if (!answer.redirecting().isEmpty()) {
            String list = answer.redirecting().stream().map(Object::toString).collect(Collectors.joining(";"));
            boolean clears = AcsBoot.clearsRedirect(KernelRelease.parse(explanation.kernel()));
            String caveat = clears ? "" : " (from 6.15 on; this kernel falls back to the firmware's bits)";
            wrapped("  to turn all of these off at boot: ", "pci=disable_acs_redir=" + list + caveat);
        }
    }

    private static String answer(Verdict verdict) {
        return switch (verdict.mapType()) {
            case NOT_SUPPORTED -> "NOT_SUPPORTED (-1), %d hops".formatted(verdict.hops());
            case DEPENDS_ON -> "DEPENDS_ON, it hangs on what was not captured";
            case BUS_ADDR, THRU_HOST_BRIDGE -> verdict.answer();
        };
    }

    private void sum() {
        lines.add("");
        String distance = explanation.distance().sum().isPresent()
                ? Integer.toString(explanation.distance().sum().getAsInt())
                : "depends on what was not captured";
        lines.add("pci_p2pdma_distance_many() for %d clients: %s"
                .formatted(explanation.clients().size(), distance));
    }

    private void messages() {
        if (explanation.distance().messages().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("in the kernel's log (verbose call; the driver's name comes first):");
        explanation.distance().messages().forEach(message -> lines.add("  " + Plain.safe(message.toString())));
    }

    private void groups() {
        if (explanation.groups().isEmpty()) {
            return;
        }
        lines.add("");
        lines.add("IOMMU groups, formed at boot and not formed again when ACS changes later:");
        for (GroupOutcome group : explanation.groups()) {
            String number = group.group().map(n -> "group %d".formatted(n)).orElse("a group");
            String perhaps = group.perhaps().isEmpty()
                    ? ""
                    : "; perhaps, by ACS words that were not captured: " + String.join(", ", group.perhaps());
            wrapped(
                    "  ",
                    "%s: %s: %s%s"
                            .formatted(
                                    Plain.safe(group.function()), number, String.join(", ", group.members()), perhaps));
        }
    }

    private void changed(Changed changed) {
        lines.add("");
        lines.add("then " + changed.what() + ":");
        for (int i = 0; i < explanation.clients().size(); i++) {
            String client = Plain.safe(explanation.clients().get(i));
            Optional<MapType> mapped = changed.mapped().get(i);
            Optional<Verdict> again = changed.askedAgain().get(i);
            if (mapped.isPresent() && again.isPresent()) {
                boolean stale = mapped.get() != again.get().mapType();
                wrapped("  ", "%s still maps as %s%s".formatted(client, mapped.get(), stale ? ", which is stale" : ""));
                wrapped("  ", "%s asks for the distance again: %s".formatted(client, answer(again.get())));
            }
        }
    }

    private void notes() {
        List<Note> notes = explanation.notes().stream()
                .filter(note -> note.kind() != Note.Kind.SOURCE)
                .toList();
        if (notes.isEmpty()) {
            return;
        }
        lines.add("");
        for (Note note : notes) {
            wrapped("  ", sentence(note));
        }
    }

    static String sentence(Note note) {
        String kind = note.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return "%s: %s".formatted(kind, note.text());
    }

    private void wrapped(String first, String text) {
        lines.addAll(Plain.wrapped(first, " ".repeat(Math.min(first.length(), 6)), text, WIDTH));
    }
}
