package org.p2psim.practice;

/** What a machine is prepared for. */
public enum Use {
    /** Peer traffic stays inside the switch: no redirect anywhere. */
    BARE_METAL,
    /** Functions are passed to virtual machines: redirect on, and translated requests go direct. */
    VIRTUAL_MACHINES
}
