package org.p2psim.run.conformance;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.p2psim.outcome.ConformanceOutcome;
import org.p2psim.scenario.evidence.AcsEvidence;
import org.p2psim.scenario.evidence.Evidence;
import org.p2psim.scenario.evidence.EvidenceException;
import org.p2psim.scenario.evidence.EvidenceFile;
import org.p2psim.scenario.evidence.EvidenceSearch;
import org.p2psim.scenario.evidence.EvidenceSource;
import org.p2psim.scenario.evidence.P2pdmaEvidence;
import org.p2psim.scenario.evidence.SgTableCase;

/** Replays evidence case by case: memory does not grow with the number of cases, only with the differences kept. */
public final class Conformance {
    private final int kept;
    private final P2pdmaConformance p2pdma = new P2pdmaConformance();

    /**
     * A replay.
     *
     * @param kept the most differences of a source that the outcome lists
     */
    public Conformance(int kept) {
        this.kept = kept;
    }

    /**
     * Replays all evidence of some files and folders.
     *
     * @throws EvidenceProblems if some of it cannot be read; then nothing of it counts
     */
    public ConformanceOutcome replay(List<Path> paths) throws EvidenceProblems {
        List<String> problems = new ArrayList<>();
        ImmutableList.Builder<ConformanceOutcome.Source> sources = ImmutableList.builder();
        List<EvidenceSource> found = new ArrayList<>();
        paths.forEach(path -> found.addAll(search(path, problems)));
        TimingConformance timing = timing(found, problems);
        for (EvidenceSource source : found) {
            try {
                sources.add(
                        source instanceof EvidenceSource.Timing ? timing.judge(source.path(), kept) : replay(source));
            } catch (EvidenceException e) {
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new EvidenceProblems(problems);
        }
        return new ConformanceOutcome(sources.build());
    }

    private static List<EvidenceSource> search(Path path, List<String> problems) {
        try {
            return EvidenceSearch.in(path);
        } catch (EvidenceException e) {
            problems.add(e.getMessage());
            return List.of();
        }
    }

    private ConformanceOutcome.Source replay(EvidenceSource source) throws EvidenceException {
        Tally tally = new Tally(source.path().toString(), kept);
        if (source instanceof EvidenceSource.CapturedMachine) {
            new MachineConformance(Machine.read(source.path())).check(source.path(), tally);
        } else {
            try (EvidenceFile file = EvidenceFile.open(source.path())) {
                for (Optional<Evidence> next = file.next(); next.isPresent(); next = file.next()) {
                    check(next.get(), tally);
                }
            }
        }
        return tally.source();
    }

    /** The tables of timing, with the parameters of their hosts. */
    private static TimingConformance timing(List<EvidenceSource> sources, List<String> problems) {
        TimingConformance timing = new TimingConformance();
        for (EvidenceSource source : sources) {
            if (source instanceof EvidenceSource.Timing) {
                try {
                    timing.add(source.path());
                } catch (EvidenceException e) {
                    problems.add(e.getMessage());
                }
            }
        }
        if (problems.isEmpty()) {
            timing.fit();
        }
        return timing;
    }

    private void check(Evidence evidence, Consumer<Case> cases) {
        if (evidence instanceof P2pdmaEvidence queries) {
            p2pdma.check(queries).forEach(cases);
        } else if (evidence instanceof AcsEvidence boot) {
            cases.accept(AcsConformance.check(boot));
        } else {
            cases.accept(SgTableConformance.check((SgTableCase) evidence));
        }
    }
}
