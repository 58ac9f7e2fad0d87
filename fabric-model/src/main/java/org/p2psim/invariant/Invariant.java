package org.p2psim.invariant;

/** The catalogue of invariants, with the numbers that reports and scenarios use. */
public enum Invariant {
    NO_LANDING_AFTER_UNMAP("I-02", "No DMA lands through a mapping after it was unmapped"),
    ATTACHED_MEANS_REFERENCED("I-05", "An attached dma-buf has a reference; its references are at least its holders"),
    TABLE_COVERS_EXPORT("I-11", "A scatter/gather table covers the exported range exactly, no byte twice"),
    TABLE_INSIDE_EXPORT(
            "I-12", "Every entry of a scatter/gather table lies inside the exported range and the exporter's BAR"),
    ENTRIES_FIT_IMPORTER(
            "I-13", "Every table entry is page aligned, not empty, and not longer than the importer takes"),
    PEER_TO_PEER_ALLOWED(
            "I-15", "A peer-to-peer DMA is issued only through an attachment with the peer-to-peer flag set"),
    EXPORT_COUNT("I-22", "Exported device memory is not freed"),
    NOTHING_LEAKED("I-38", "When every user handle is closed, every count is 0");

    private final String id;
    private final String statement;

    Invariant(String id, String statement) {
        this.id = id;
        this.statement = statement;
    }

    public String id() {
        return id;
    }

    public String statement() {
        return statement;
    }
}
