package org.p2psim.dmabuf.importer;

/** How a work request ended ({@code struct ibv_wc}). */
public record WorkCompletion(WorkRequest request, Status status) {
    /** {@code enum ibv_wc_status}. */
    public enum Status {
        SUCCESS,
        LOC_PROT_ERR,
        REM_ACCESS_ERR,
        RNR_RETRY_EXC_ERR,
        WR_FLUSH_ERR,
        /** The receiver has no room for a message. */
        REM_INV_REQ_ERR,
        /** The receiver could not carry it out. */
        REM_OP_ERR;

        /** What verbs put before each name: {@code IBV_WC_SUCCESS}. */
        public static final String PREFIX = "IBV_WC_";
    }
}
