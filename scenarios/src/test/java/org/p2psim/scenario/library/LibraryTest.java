package org.p2psim.scenario.library;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.KernelRules;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.yaml.Problem;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;

class LibraryTest {
    static List<String> names() {
        return Library.names();
    }

    private static ScenarioFile read(String name) {
        return ScenarioReader.read(name + ".yaml", Library.text(name).getBytes(StandardCharsets.UTF_8), List.of());
    }

    /** The plans of variants that run on the host itself and expect something of a pair. */
    static Stream<Plan> onTheHost() {
        return names().stream()
                .flatMap(name -> read(name).plans().stream())
                .filter(plan -> plan.virtualMachine().isEmpty())
                .filter(plan -> plan.expectations().stream()
                        .anyMatch(expected -> expected.expectation() instanceof Expectation.P2p));
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyShippedScenarioIsValid(String name) {
        assertThat(read(name).problems().stream().map(Problem::render)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyShippedScenarioNamesItsSource(String name) {
        List<Plan> plans = read(name).plans();
        assertThat(plans)
                .isNotEmpty()
                .allSatisfy(plan -> assertThat(plan.source()).isPresent());
        assertThat(Library.text(name)).startsWith("# yaml-language-server: $schema=");
    }

    @ParameterizedTest
    @MethodSource("onTheHost")
    void whatAShippedScenarioExpectsOfAPairIsTheKernelsAnswer(Plan plan) {
        P2pdma kernel = new P2pdma(plan.fabric(), plan.fabric().bootCpu(), KernelRules.of(plan.kernel()));
        for (Plan.Expected expected : plan.expectations()) {
            if (expected.expectation() instanceof Expectation.P2p p2p) {
                Bdf provider = requireNonNull(plan.addresses().get(p2p.p2p().get(0)));
                Bdf client = requireNonNull(plan.addresses().get(p2p.p2p().get(1)));
                Verdict verdict = kernel.verdict(provider, client);
                assertThat(Optional.of(verdict.mapType()))
                        .as(plan.variant() + expected)
                        .isEqualTo(p2p.is());
                p2p.distance()
                        .ifPresent(distance -> assertThat(verdict.hops())
                                .as(plan.variant() + expected)
                                .isEqualTo(distance));
            }
        }
    }
}
