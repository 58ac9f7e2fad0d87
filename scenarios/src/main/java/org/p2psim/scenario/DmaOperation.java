package org.p2psim.scenario;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.unit.Bytes;

/** DMA that devices do by themselves: through attachments, to BARs, to host memory, in collectives. */
public sealed interface DmaOperation extends Operation {
    /** Through an attachment of a dma-buf, or a p2p mapping of a VMA. */
    sealed interface OfMapping extends DmaOperation {
        /** Its name. */
        String attachment();

        /** Bytes from the start of what is mapped. */
        long offset();

        /** Bytes. */
        long size();
    }

    /** The importer of an attachment reads the mapped memory by itself. */
    record DmaRead(
            @Time long at,
            Optional<String> id,
            String attachment,
            @Size long offset,
            @Size long size) implements OfMapping {}

    record DmaWrite(
            @Time long at,
            Optional<String> id,
            String attachment,
            @Size long offset,
            @Size long size) implements OfMapping {}

    /**
     * A device reads or writes the largest memory BAR of another, or host memory, without a dma-buf.
     *
     * @param to a device, or {@link #MEMORY}
     * @param socket whose memory; that of the initiator's socket if absent
     * @param request bytes of each operation
     * @param window bytes that are touched, from the start of the BAR; if absent, the whole BAR, or as much memory as
     *     is transferred
     * @param rate steady, bytes a second
     * @param poisson mean rate of operations that start at random, bytes a second
     * @param depth operations that may be unfinished at once; without limit if absent
     * @param relaxedOrdering whether its TLPs have the attribute RO
     * @param idBasedOrdering whether its TLPs have the attribute IDO
     */
    record Traffic(
            @Time long at,
            Optional<String> id,
            String from,
            String to,
            Direction direction,
            @Size long size,
            Optional<RequestSize> request,
            Optional<Pattern> pattern,
            @Size OptionalLong window,
            @Rate OptionalLong rate,
            @Rate OptionalLong poisson,
            OptionalLong depth,
            Optional<String> socket,
            boolean relaxedOrdering,
            boolean idBasedOrdering)
            implements DmaOperation {
        /** Bytes of an operation where nothing is said. */
        public static final long DEFAULT_REQUEST = 4 * Bytes.KIB;
    }

    /** What the initiator does to the target's memory. */
    enum Direction {
        READ,
        WRITE
    }

    /** Where operations are in their window. */
    enum Pattern {
        SEQUENTIAL,
        RANDOM
    }

    /** Bytes of an operation: all sizes from {@code min} to {@code max} are equally likely. */
    record RequestSize(@Size long min, @Size long max) {}

    /** Ring all-reduce: every member writes to the next one, and the last one to the first. */
    record AllReduce(
            @Time long at,
            Optional<String> id,
            List<String> members,
            @Size long size) implements DmaOperation {
        public AllReduce {
            members = ImmutableList.copyOf(members);
        }
    }
}
