/** The command line: words in, exit code out. Results go to standard output, everything else to standard error. */
@NullMarked
package org.p2psim.cli;

import org.jspecify.annotations.NullMarked;
