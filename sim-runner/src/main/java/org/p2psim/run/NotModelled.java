package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import org.p2psim.outcome.Note;

/** What this version leaves out of every run, so that no reader takes a figure for more than it is. */
final class NotModelled {
    static final ImmutableList<Note> NOTES = ImmutableList.of(
            note(
                    "Links at less than their rate, unless the scenario states their efficiency: measured bulk writes reach"
                            + " 93 to 98 % of the bandwidth shown (Gen2 to Gen5: local-inference-lab/rtx6kpro; Gen3 x8:"
                            + " pcie-bench)"),
            note(
                    "TLPs that a switch has begun to forward before it knows that they are damaged, and FLITs that come again"
                            + " one at a time (selective replay)"),
            note(
                    "The wire of a NIC that the scenario gives none: its RDMA operations go as fast as PCIe lets them; of any wire,"
                            + " congestion, loss and the packets of acknowledgements"),
            note("Drivers and firmware that refuse peer-to-peer DMA for reasons of their own (vendor gates)"));

    private NotModelled() {}

    private static Note note(String text) {
        return new Note(Note.Kind.NOT_MODELLED, text, "");
    }
}
