package org.p2psim.platform;

/** A CPU socket; the first one of a machine is the boot CPU's, which is the one that the kernel's checks look at. */
public record Socket(String id, Cpu cpu) {}
