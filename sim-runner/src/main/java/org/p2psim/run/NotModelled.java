package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import org.p2psim.outcome.Note;

/** What this version leaves out of every run, so that no reader takes a figure for more than it is. */
final class NotModelled {
    static final ImmutableList<Note> NOTES = ImmutableList.of(
            note("Data link layer packets (Ack, UpdateFC), SKP and replay: measured bulk writes reach 93 to 98 %"
                    + " of the bandwidth shown (Gen2 to Gen5: local-inference-lab/rtx6kpro; Gen3 x8: pcie-bench)"),
            note(
                    "Flow-control credits for each hop and the ordering table: posted writes in flight have one limit for the way"),
            note("The wire of a NIC that the scenario gives none: its RDMA operations go as fast as PCIe lets them; of any wire,"
                    + " congestion, loss and the packets of acknowledgements"),
            note("Drivers and firmware that refuse peer-to-peer DMA for reasons of their own (vendor gates)"));

    /** Figures that no scenario states. */
    static final ImmutableList<Note> SOURCES = ImmutableList.of(new Note(
            Note.Kind.SOURCE,
            "IOMMU: 64 IOTLB entries of 2 MiB, 280 ns for a miss",
            "pcie-bench, Neugebauer et al., SIGCOMM 2018: the figures that explain its IOMMU measurements"));

    private NotModelled() {}

    private static Note note(String text) {
        return new Note(Note.Kind.NOT_MODELLED, text, "");
    }
}
