package org.p2psim.dmabuf.importer;

/** How a work request ended ({@code struct ibv_wc}). */
public record WorkCompletion(WorkRequest request, Status status) {
    /** {@code enum ibv_wc_status}. */
    public enum Status {
        SUCCESS,
        LOC_PROT_ERR,
        REM_ACCESS_ERR,
        RNR_RETRY_EXC_ERR,
        WR_FLUSH_ERR
    }
}
