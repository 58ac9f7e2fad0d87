package org.p2psim.scenario.inventory.config;

/** The layout of the first 64 bytes (PCI local bus specification 3.0, 6.1). */
public enum Header {
    NORMAL,
    BRIDGE,
    CARDBUS
}
