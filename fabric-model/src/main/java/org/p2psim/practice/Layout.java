package org.p2psim.practice;

/** The machines that {@code rdma_topo} knows. All complexes of a machine are of one layout. */
public enum Layout {
    /**
     * The NIC has a second function, Data Direct, below the switch that leads to its GPU: Grace root port, ConnectX
     * switch, below it the Data Direct function and a second ConnectX switch with the GPU.
     */
    DATA_DIRECT("DMA-based"),
    /** NIC and GPU below one ConnectX switch, the GPU behind a second ConnectX switch. */
    INLINE("Inline"),
    /** GPUs directly below root ports; those and the NICs of a NUMA node belong together. */
    NUMA("NUMA-based");

    private final String toolName;

    Layout(String toolName) {
        this.toolName = toolName;
    }

    /** What {@code rdma_topo} calls it. */
    public String toolName() {
        return toolName;
    }
}
