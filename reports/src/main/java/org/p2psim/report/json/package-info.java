/**
 * The outcome as a JSON document: written, and read back to the same outcome.
 */
@NullMarked
package org.p2psim.report.json;

import org.jspecify.annotations.NullMarked;
