/** The JSON Schema of the scenario file, which is also its manual, and what it says about a document. */
@NullMarked
package org.p2psim.scenario.schema;

import org.jspecify.annotations.NullMarked;
