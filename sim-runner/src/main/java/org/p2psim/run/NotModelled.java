package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import org.p2psim.outcome.Note;

/** What this version leaves out of every run, so that no reader takes a figure for more than it is. */
final class NotModelled {
    static final ImmutableList<Note> NOTES = ImmutableList.of(
            note("Data link layer packets (Ack, UpdateFC), SKP and replay: measured links reach 93 to 98 % of the"
                    + " bandwidth shown (pcie-bench, SIGCOMM 2018)"),
            note("Flow-control credits and the ordering table: queues in switches have no limit"),
            note("The wire between the NIC and its peer: an RDMA operation goes as fast as PCIe lets it"),
            note("Drivers and firmware that refuse peer-to-peer DMA for reasons of their own (vendor gates)"));

    private NotModelled() {}

    private static Note note(String text) {
        return new Note(Note.Kind.NOT_MODELLED, text, "");
    }
}
