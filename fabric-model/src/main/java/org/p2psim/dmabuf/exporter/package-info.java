/**
 * Drivers that export device memory, each with its own checks: habanalabs (pinned for good), vfio-pci (access may end), GPUs
 * (memory moves), and the VMA operations proposed in 2019.
 */
@NullMarked
package org.p2psim.dmabuf.exporter;

import org.jspecify.annotations.NullMarked;
