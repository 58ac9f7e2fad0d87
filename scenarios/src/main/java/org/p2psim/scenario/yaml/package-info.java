/** Reads scenario files: YAML with line and column, overrides, and every problem of a file at once. */
@NullMarked
package org.p2psim.scenario.yaml;

import org.jspecify.annotations.NullMarked;
