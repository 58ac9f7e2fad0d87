/**
 * Evidence: what real kernels and drivers answered, as recorded in files. Vectors are JSON Lines, one case a line, plain
 * or gzip; a captured machine is a folder with the answers in a table; timing is in comma-separated tables. Files are read line by line, so their size does
 * not matter.
 */
@NullMarked
package org.p2psim.scenario.evidence;

import org.jspecify.annotations.NullMarked;
