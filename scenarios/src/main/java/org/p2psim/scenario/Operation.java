package org.p2psim.scenario;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.unit.Ticks;

/** One line of the timeline: what is done, to what, and when (ticks from the start of the run). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "do")
@JsonSubTypes({
    @JsonSubTypes.Type(name = "allocate", value = Operation.Allocate.class),
    @JsonSubTypes.Type(name = "free", value = Operation.Free.class),
    @JsonSubTypes.Type(name = "export", value = Operation.Export.class),
    @JsonSubTypes.Type(name = "close", value = Operation.Close.class),
    @JsonSubTypes.Type(name = "attach", value = Operation.Attach.class),
    @JsonSubTypes.Type(name = "map", value = Operation.Map.class),
    @JsonSubTypes.Type(name = "unmap", value = Operation.Unmap.class),
    @JsonSubTypes.Type(name = "detach", value = Operation.Detach.class),
    @JsonSubTypes.Type(name = "register-mr", value = Operation.RegisterMr.class),
    @JsonSubTypes.Type(name = "deregister-mr", value = Operation.DeregisterMr.class),
    @JsonSubTypes.Type(name = "rdma-read", value = Operation.RdmaRead.class),
    @JsonSubTypes.Type(name = "rdma-write", value = Operation.RdmaWrite.class),
    @JsonSubTypes.Type(name = "rdma-send", value = Operation.RdmaSend.class),
    @JsonSubTypes.Type(name = "rdma-receive", value = Operation.RdmaReceive.class),
    @JsonSubTypes.Type(name = "dma-read", value = Operation.DmaRead.class),
    @JsonSubTypes.Type(name = "dma-write", value = Operation.DmaWrite.class),
    @JsonSubTypes.Type(name = "traffic", value = Operation.Traffic.class),
    @JsonSubTypes.Type(name = "all-reduce", value = Operation.AllReduce.class),
    @JsonSubTypes.Type(name = "nvme-read", value = Operation.NvmeRead.class),
    @JsonSubTypes.Type(name = "nvme-write", value = Operation.NvmeWrite.class),
    @JsonSubTypes.Type(name = "revoke", value = Operation.Revoke.class),
    @JsonSubTypes.Type(name = "move", value = Operation.Move.class),
})
public sealed interface Operation {
    /** What a line says instead of a device for host memory. */
    String MEMORY = "memory";

    long at();

    /**
     * Device memory is allocated from the driver; only drivers with handles know this.
     *
     * @param pages device addresses of its pages; if empty, they are taken one after the other from the start of user
     *     memory until {@code size} is reached
     */
    record Allocate(
            @Time long at,
            String handle,
            String from,
            @Address List<Long> pages,
            @Size long pageSize,
            @Size OptionalLong size)
            implements Operation {
        public Allocate {
            pages = ImmutableList.copyOf(pages);
        }
    }

    record Free(@Time long at, String handle) implements Operation {}

    /**
     * A dma-buf is exported: by device address and size, or by the handle of an allocation. The file says one of them.
     */
    record Export(
            @Time long at,
            String dmaBuf,
            String from,
            @Address OptionalLong address,
            @Size OptionalLong size,
            Optional<String> handle)
            implements Operation {}

    /** The exporting process closes its file descriptor of the dma-buf. */
    record Close(@Time long at, String dmaBuf) implements Operation {}

    record Attach(@Time long at, String attachment, String dmaBuf, String importer) implements Operation {}

    record Map(@Time long at, String attachment) implements Operation {}

    record Unmap(@Time long at, String attachment) implements Operation {}

    record Detach(@Time long at, String attachment) implements Operation {}

    /**
     * {@code ibv_reg_dmabuf_mr()}.
     *
     * @param length bytes; the whole dma-buf from {@code offset} on if absent
     * @param iova address that remote peers use; {@code offset} if absent
     */
    record RegisterMr(
            @Time long at,
            String mr,
            String nic,
            String dmaBuf,
            @Size long offset,
            @Size OptionalLong length,
            @Address OptionalLong iova,
            Set<AccessFlag> access)
            implements Operation {
        public RegisterMr {
            access = ImmutableSet.copyOf(access);
        }
    }

    record DeregisterMr(@Time long at, String mr) implements Operation {}

    /**
     * A remote peer reads the MR: the NIC reads the memory behind it.
     *
     * @param id what expectations and the report call it
     * @param local the peer's own MR, where the data goes, if the peer is a NIC of this machine
     */
    record RdmaRead(
            @Time long at,
            Optional<String> id,
            String mr,
            @Size long offset,
            @Size long size,
            Optional<String> local) implements Operation {}

    /**
     * A remote peer writes the MR: the NIC writes the memory behind it.
     *
     * @param local the peer's own MR, where the data comes from, if the peer is a NIC of this machine
     */
    record RdmaWrite(
            @Time long at,
            Optional<String> id,
            String mr,
            @Size long offset,
            @Size long size,
            Optional<String> local) implements Operation {}

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
            implements Operation {
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
            String nic,
            String mr,
            @Size long offset,
            @Size long size) implements Operation {}

    /** The importer of an attachment reads the mapped memory by itself. */
    record DmaRead(
            @Time long at,
            Optional<String> id,
            String attachment,
            @Size long offset,
            @Size long size) implements Operation {}

    record DmaWrite(
            @Time long at,
            Optional<String> id,
            String attachment,
            @Size long offset,
            @Size long size) implements Operation {}

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
            implements Operation {}

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
            @Size long size) implements Operation {
        public AllReduce {
            members = ImmutableList.copyOf(members);
        }
    }

    /**
     * Read commands of an NVMe drive, all alike: data comes from the media and the drive writes it to memory.
     *
     * @param to an attachment of the drive, a device (its largest memory BAR), or {@link #MEMORY}
     * @param size bytes of all commands
     * @param request bytes of a command
     * @param depth commands that may be unfinished at once
     */
    record NvmeRead(
            @Time long at,
            Optional<String> id,
            String nvme,
            String to,
            @Size long size,
            @Size OptionalLong request,
            OptionalLong depth)
            implements Operation {}

    /**
     * Write commands of an NVMe drive, all alike: the drive reads memory and data goes to the media.
     *
     * @param from an attachment of the drive, a device (its largest memory BAR), or {@link #MEMORY}
     * @param size bytes of all commands
     * @param request bytes of a command
     * @param depth commands that may be unfinished at once
     */
    record NvmeWrite(
            @Time long at,
            Optional<String> id,
            String nvme,
            String from,
            @Size long size,
            @Size OptionalLong request,
            OptionalLong depth)
            implements Operation {}

    /** The exporter takes the memory back for good. */
    record Revoke(@Time long at, String dmaBuf) implements Operation {}

    /** The exporter moves the memory to another place. */
    record Move(@Time long at, String dmaBuf) implements Operation {}
}
