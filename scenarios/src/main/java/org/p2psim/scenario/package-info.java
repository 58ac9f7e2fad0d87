/** What a scenario file says, as records: one to one with the file and its schema. */
@NullMarked
package org.p2psim.scenario;

import org.jspecify.annotations.NullMarked;
