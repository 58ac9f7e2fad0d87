package org.p2psim.topology;

/** The bits of the ACS capability and control registers (PCIe base specification 7.7.8). */
public enum AcsBit {
    /** Source Validation. */
    SV(0x01),
    /** Translation Blocking. */
    TB(0x02),
    /** P2P Request Redirect. */
    RR(0x04),
    /** P2P Completion Redirect. */
    CR(0x08),
    /** Upstream Forwarding. */
    UF(0x10),
    /** P2P Egress Control. */
    EC(0x20),
    /** Direct Translated P2P. */
    DT(0x40);

    private final int mask;

    AcsBit(int mask) {
        this.mask = mask;
    }

    public int mask() {
        return mask;
    }
}
