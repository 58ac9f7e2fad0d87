package org.p2psim.scenario;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.unit.Ticks;

/** Memory regions and queue pairs of RDMA NICs, and what peers do through them. */
public sealed interface RdmaOperation extends Operation {
    /**
     * {@code ibv_reg_dmabuf_mr()}.
     *
     * @param length bytes; the whole dma-buf from {@code offset} on if absent
     * @param iova address that remote peers use; {@code offset} if absent
     */
    record RegisterMr(
            @Time long at,
            Optional<String> id,
            String mr,
            String nic,
            String dmaBuf,
            @Size long offset,
            @Size OptionalLong length,
            @Address OptionalLong iova,
            Set<AccessFlag> access)
            implements RdmaOperation {
        public RegisterMr {
            access = ImmutableSet.copyOf(access);
        }
    }

    record DeregisterMr(@Time long at, Optional<String> id, String mr) implements RdmaOperation {}

    /** The driver of the NIC revokes an MR because its own device goes away (data direct). */
    record RevokeMr(@Time long at, Optional<String> id, String mr) implements RdmaOperation {}

    /**
     * A queue pair, connected to a peer.
     *
     * @param rnrRetry how often it tries again after a receiver was not ready, 7 for ever; the NIC's if absent
     */
    record CreateQp(@Time long at, Optional<String> id, String qp, String nic, OptionalInt rnrRetry)
            implements RdmaOperation {}

    /** A remote peer accesses an MR. */
    sealed interface Remote extends RdmaOperation {
        /** Of the NIC that the peer asks. */
        String mr();

        /** Bytes from the start of the MR. */
        long offset();

        /** Bytes. */
        long size();

        /** The peer's own MR, with the other end of the data, if the peer is a NIC of this machine. */
        Optional<String> local();

        /** Queue pair that keeps the order, and the errors, of its work requests; one of its own if absent. */
        Optional<String> qp();

        /** NIC of this machine that is the peer; elsewhere if absent. */
        Optional<String> requester();
    }

    /** A remote peer reads the MR: the NIC reads the memory behind it. */
    record RdmaRead(
            @Time long at,
            Optional<String> id,
            String mr,
            @Size long offset,
            @Size long size,
            Optional<String> local,
            Optional<String> qp,
            Optional<String> requester)
            implements Remote {}

    /** A remote peer writes the MR: the NIC writes the memory behind it. */
    record RdmaWrite(
            @Time long at,
            Optional<String> id,
            String mr,
            @Size long offset,
            @Size long size,
            Optional<String> local,
            Optional<String> qp,
            Optional<String> requester)
            implements Remote {}

    /**
     * A peer sends a message, which goes where the NIC's oldest receive says.
     *
     * @param nic that receives it
     * @param local the peer's own MR, where the data comes from, if the peer is a NIC of this machine
     * @param rnrTimer how long the peer waits before it tries again when no receive is posted
     * @param rnrRetry how often it does
     */
    record RdmaSend(
            @Time long at,
            Optional<String> id,
            String nic,
            @Size long size,
            Optional<String> local,
            @Time OptionalLong rnrTimer,
            OptionalInt rnrRetry)
            implements RdmaOperation {
        /** min_rnr_timer 12 of the examples of libibverbs (InfiniBand specification, table 45). */
        private static final long DEFAULT_TIMER = 640 * Ticks.PER_MICROSECOND;

        /** The most that is not taken as for ever. */
        private static final int DEFAULT_RETRY = 6;

        public long timerOrDefault() {
            return rnrTimer.orElse(DEFAULT_TIMER);
        }

        public int retriesOrDefault() {
            return rnrRetry.orElse(DEFAULT_RETRY);
        }
    }

    /**
     * A receive is posted: the next message that comes to the NIC goes into its memory region.
     *
     * @param size bytes that a message may have
     */
    record RdmaReceive(
            @Time long at,
            Optional<String> id,
            String nic,
            String mr,
            @Size long offset,
            @Size long size) implements RdmaOperation {}

    /**
     * The NIC that registered the MR gathers from it, or scatters to it, for its own work request.
     *
     * @param write whether it scatters
     */
    record LocalAccess(
            @Time long at,
            Optional<String> id,
            String mr,
            Optional<String> qp,
            @Size long offset,
            @Size long size,
            boolean write)
            implements RdmaOperation {}
}
