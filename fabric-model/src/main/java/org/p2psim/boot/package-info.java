/** What a booting kernel does to the fabric: the ACS control words that it writes, by release and command line. */
@NullMarked
package org.p2psim.boot;

import org.jspecify.annotations.NullMarked;
