package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import org.p2psim.outcome.Note;

/** What this version leaves out of every run, so that no reader takes a figure for more than it is. */
final class NotModelled {
    static final ImmutableList<Note> NOTES = ImmutableList.of(
            note("Links at less than their rate, unless the scenario states their efficiency: measured bulk writes reach"
                    + " 93 to 98 % of the bandwidth shown (Gen2 to Gen5: local-inference-lab/rtx6kpro; Gen3 x8:"
                    + " pcie-bench)"),
            note("Damaged TLPs and their replay: no link has errors, whatever its error-rate"),
            note("The wire between the NIC and its peer: an RDMA operation goes as fast as PCIe lets it"),
            note("Drivers and firmware that refuse peer-to-peer DMA for reasons of their own (vendor gates)"));

    private NotModelled() {}

    private static Note note(String text) {
        return new Note(Note.Kind.NOT_MODELLED, text, "");
    }
}
