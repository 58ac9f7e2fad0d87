package org.p2psim.run.textbook;

import org.p2psim.topology.Link;
import org.p2psim.transaction.DataLinkLayer;

/** What TLPs pass one after the other, in one direction. */
interface Wire {
    /** How long a TLP takes it. */
    long ticks(Tlp tlp);

    int bytes(Tlp tlp);

    /** How long a DLLP takes it; 0 if there is room for them beside the TLPs. */
    long dllpTicks();

    /** @param efficiency permille of the rate of the link */
    record OfLink(Link link, int efficiency) implements Wire {
        private static final int PERMILLE = 1000;

        @Override
        public long ticks(Tlp tlp) {
            return ticks(bytes(tlp));
        }

        /** SKP ordered sets have their share, but in FLIT mode, where the encoding counts them; both roundings are up. */
        private long ticks(int bytes) {
            long ticks = link.serialisationTicks(bytes);
            if (!link.flitMode()) {
                int others = DataLinkLayer.SKP_INTERVAL - DataLinkLayer.SKP_BYTES;
                ticks = (ticks * DataLinkLayer.SKP_INTERVAL + others - 1) / others;
            }
            return (ticks * PERMILLE + efficiency - 1) / efficiency;
        }

        @Override
        public int bytes(Tlp tlp) {
            return tlp.wireBytes(link.flitMode());
        }

        @Override
        public long dllpTicks() {
            return link.flitMode() ? 0 : ticks(DataLinkLayer.DLLP_BYTES);
        }
    }

    /** Inside a root complex, to or from its memory: a TLP that is there as a whole takes the shortest time that there is. */
    record OfMemory() implements Wire {
        @Override
        public long ticks(Tlp tlp) {
            return 1;
        }

        @Override
        public int bytes(Tlp tlp) {
            return tlp.payload();
        }

        @Override
        public long dllpTicks() {
            return 0;
        }
    }
}
