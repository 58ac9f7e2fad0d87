package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.Link;

/** The scenario of the manual's sketch, as printed. */
class SketchTest {
    private final ScenarioFile file = Sketch.read(Sketch.text());

    @Test
    void theSketchIsAValidScenario() {
        assertThat(file.problems().stream().map(Problem::render)).isEmpty();
        assertThat(file.plans()).extracting(Plan::variant).containsExactly("bare-metal", "vm");
    }

    @Test
    void functionsGetTheAddressesThatLinuxWouldGive() {
        // Root port 16:01.0, upstream port 17:00.0, downstream ports 18:00.0 and 18:01.0, cards on 19 and 1a.
        Plan plan = file.plans().get(0);
        assertThat(plan.fabric().functions())
                .extracting(f -> f.address().toString())
                .containsExactly(
                        "0000:16:00.0",
                        "0000:16:01.0",
                        "0000:17:00.0",
                        "0000:18:00.0",
                        "0000:19:00.0",
                        "0000:18:01.0",
                        "0000:1a:00.0");
    }

    @Test
    void linksTrainToWhatBothEndsCan() {
        assertThat(file.plans().get(0).fabric().functions())
                .filteredOn(f -> f.type().hasLinkBelow())
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.linkBelow()).contains(new Link(4, 16)));
    }

    @Test
    void inTheVirtualMachineTheIommuIsOnAndPortsRedirect() {
        assertThat(file.plans().get(0).fabric().functions()).noneMatch(f -> f.redirects());
        assertThat(file.plans().get(1).fabric().functions())
                .filteredOn(f -> f.acs().isPresent())
                .hasSize(2)
                .allMatch(f -> f.redirects());
    }

    @Test
    void expectationsKeepTheirText() {
        assertThat(file.plans().get(1).expectations())
                .extracting(Plan.Expected::text)
                .containsExactly("{ p2p: [gaudi0, nic0], is: NOT_SUPPORTED }", "{ mr: mr0, errno: EPERM }");
    }
}
