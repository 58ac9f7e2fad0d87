package org.p2psim.scenario.yaml;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** A YAML document as a tree, with the place of every value, and what is wrong with its YAML. */
record YamlDocument(SourceText source, JsonNode tree, Marks marks, List<Problem> problems) {}
