package org.p2psim.transaction;

/**
 * How wide the tags of a requester are, and so how many non-posted requests it can have outstanding (PCIe base
 * specification 5.0, 2.2.6.2).
 */
public enum TagField {
    /** Extended Tag Field Enable clear: what lspci shows as {@code ExtTag-}. */
    FIVE_BIT(32),
    /** {@code ExtTag+}. */
    EIGHT_BIT(256),
    /**
     * {@code 10BitTagReq+}. Tags 256 to 1023: a requester leaves those out that could be mistaken for 8-bit ones.
     * Intel's R-Tile states the same (user guide 683501, "Tag Allocation").
     */
    TEN_BIT(768);

    private final int tags;

    TagField(int tags) {
        this.tags = tags;
    }

    /** Requests that can be outstanding at once. */
    public int tags() {
        return tags;
    }
}
