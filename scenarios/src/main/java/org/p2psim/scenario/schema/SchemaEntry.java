package org.p2psim.scenario.schema;

import com.google.common.collect.ImmutableList;

/**
 * What the schema says of one thing that a scenario file holds.
 *
 * @param name as it is asked for: {@code do: export}, {@code expect: mr}, {@code device}
 * @param form what it looks like, if it is no set of keys
 * @param examples as YAML
 */
public record SchemaEntry(
        String name, String form, String description, ImmutableList<Key> keys, ImmutableList<String> examples) {
    /**
     * One key.
     *
     * @param name with those of the objects and lists around it, as in {@code ranges[].offset}
     * @param form what its value looks like
     */
    public record Key(String name, boolean required, String form, String description) {}
}
