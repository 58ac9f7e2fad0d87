package org.p2psim.outcome;

import org.p2psim.platform.Cpu;
import org.p2psim.topology.Fabric;

/** A machine and the kernel that it booted: the host, or what a guest sees. */
public record Machine(String kernel, String cmdline, Cpu cpu, Fabric fabric) {}
