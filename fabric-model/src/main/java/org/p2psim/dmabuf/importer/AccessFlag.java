package org.p2psim.dmabuf.importer;

/** A right that a memory region gives; {@code IBV_ACCESS_*} of ibverbs. */
public enum AccessFlag {
    LOCAL_WRITE,
    REMOTE_READ,
    REMOTE_WRITE,
    REMOTE_ATOMIC,
    RELAXED_ORDERING;

    /** As ibverbs spells it: {@code IBV_ACCESS_REMOTE_READ}. */
    @Override
    public String toString() {
        return "IBV_ACCESS_" + name();
    }
}
