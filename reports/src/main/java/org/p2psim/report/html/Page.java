package org.p2psim.report.html;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Comparison;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.report.svg.LatencyCurve;

/** What the templates show: the variants, and what is said about all of them together. */
public final class Page {
    private static final int VARIANTS_OPEN_MAX = 3;
    private static final int ENDPOINTS_OPEN_MAX = 4;

    private final ImmutableList<Variant> variants;
    private final Comparison comparison;

    Page(List<RunOutcome> runs) {
        this.variants = IntStream.range(0, runs.size())
                .mapToObj(i -> new Variant(i + 1, runs.get(i)))
                .collect(ImmutableList.toImmutableList());
        this.comparison = Comparison.of(runs);
    }

    public ImmutableList<Variant> variants() {
        return variants;
    }

    /** What holds for all variants is taken from the first. */
    public RunOutcome first() {
        return variants.get(0).run();
    }

    public Comparison comparison() {
        return comparison;
    }

    public boolean severalVariants() {
        return variants.size() > 1;
    }

    public boolean good() {
        return variants.stream().allMatch(variant -> variant.run().good());
    }

    /** Whether the pictures of a variant are open from the start: all if they are few or small, else the first's. */
    public boolean opensPictures(Variant variant) {
        return variants.size() <= VARIANTS_OPEN_MAX
                || variant.equals(variants.get(0))
                || variant.run().machine().fabric().endpoints().size() <= ENDPOINTS_OPEN_MAX;
    }

    /** The layers of which at least one variant says something. */
    public List<Layer> layers() {
        return Arrays.stream(Layer.values())
                .filter(layer -> variants.stream()
                        .anyMatch(variant -> variant.layer(layer).isPresent()))
                .toList();
    }

    public long expectationsMet() {
        return variants.stream()
                .flatMap(variant -> variant.run().expectations().stream())
                .filter(ExpectationOutcome::met)
                .count();
    }

    public int expectations() {
        return variants.stream()
                .mapToInt(variant -> variant.run().expectations().size())
                .sum();
    }

    public long invariantsHeld() {
        return variants.stream()
                .flatMap(variant -> variant.run().invariants().stream())
                .filter(InvariantOutcome::held)
                .count();
    }

    /** Those that broke because the scenario says that they do. */
    public long invariantsBrokenAsExpected() {
        return variants.stream()
                .flatMap(variant -> variant.run().invariants().stream())
                .filter(invariant -> !invariant.held() && invariant.good())
                .count();
    }

    public int invariants() {
        return variants.stream()
                .mapToInt(variant -> variant.run().invariants().size())
                .sum();
    }

    /** The invariants of all variants, each once, by id. */
    public List<InvariantOutcome> invariantsById() {
        Map<String, InvariantOutcome> byId = new LinkedHashMap<>();
        variants.forEach(variant ->
                variant.run().invariants().forEach(invariant -> byId.putIfAbsent(invariant.id(), invariant)));
        return List.copyOf(byId.values());
    }

    public ImmutableList<SharedNotes> notes() {
        return SharedNotes.of(
                List.of(Note.Kind.values()),
                variants.stream()
                        .map(Variant::run)
                        .map(run -> new SharedNotes.Part(run.variant(), run.notes()))
                        .toList());
    }

    /** The transfers that have a latency curve, each under its variant's name, in the order of the table. */
    private List<TransferOutcome> curves() {
        List<TransferOutcome> curves = new ArrayList<>();
        for (Variant variant : variants) {
            for (TransferOutcome transfer : variant.run().transfers()) {
                if (!transfer.latency().points().isEmpty()) {
                    curves.add(
                            severalVariants()
                                    ? transfer.named(variant.run().variant() + ", " + transfer.name())
                                    : transfer);
                }
            }
        }
        return curves;
    }

    /** What the latencies are those of, for captions; empty if there are none. */
    public Optional<String> latencyOf() {
        return TransferOutcome.latencyOf(curves());
    }

    /** Empty if no request was measured. */
    public Optional<String> latencyPicture() {
        List<TransferOutcome> curves = curves();
        return curves.isEmpty() ? Optional.empty() : Optional.of(LatencyCurve.render("latency", curves));
    }

    /** The line to paste that gives these outcomes again. */
    public String command() {
        StringBuilder command = new StringBuilder("p2psim ")
                .append(severalVariants() ? "compare " : "run ")
                .append(first().provenance().scenario());
        if (!severalVariants() && !first().variant().isEmpty()) {
            command.append(" --variant ").append(first().variant());
        }
        command.append(" --seed ").append(first().provenance().seed());
        String settings = first().provenance().settings().strip();
        if (!settings.isEmpty()) {
            for (String setting : Splitter.on(' ').omitEmptyStrings().split(settings)) {
                command.append(" --set ").append(setting);
            }
        }
        return command.toString();
    }

    /** A layer's answer in a variant. */
    static Optional<LayerAnswer> layer(RunOutcome run, Layer layer) {
        return run.answer().layers().stream()
                .filter(answer -> answer.layer() == layer)
                .findFirst();
    }
}
