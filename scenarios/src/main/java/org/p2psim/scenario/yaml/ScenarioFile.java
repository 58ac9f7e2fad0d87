package org.p2psim.scenario.yaml;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.Plan;

/**
 * What came out of reading a scenario file: either plans, one for each variant in the order of the file, or problems,
 * in the order of line and column.
 *
 * @param name the file's name without its ending
 * @param title empty if the file could not be read that far
 */
public record ScenarioFile(
        String name, Optional<String> title, Optional<String> description, List<Problem> problems, List<Plan> plans) {
    public ScenarioFile {
        problems = ImmutableList.copyOf(problems);
        plans = ImmutableList.copyOf(plans);
    }

    static ScenarioFile broken(String name, List<Problem> problems) {
        return new ScenarioFile(name, Optional.empty(), Optional.empty(), problems, List.of());
    }
}
