package org.p2psim.scenario;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.FabricSpec.IotlbSpec;
import org.p2psim.scenario.quantity.Address;
import org.p2psim.scenario.quantity.Probability;
import org.p2psim.scenario.quantity.Quantities;
import org.p2psim.scenario.quantity.Rate;
import org.p2psim.scenario.quantity.Size;
import org.p2psim.scenario.quantity.Time;
import org.p2psim.timing.Response;
import org.p2psim.transaction.CompletionTimeout;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Ticks;

/**
 * One function that the fabric refers to by name.
 *
 * @param at device and function number on its bus, {@code 00.1}
 * @param bars by index
 * @param profile name of a profile whose values go for what is not stated
 * @param credits what its receiver advertises
 * @param link what the function itself can do; the trained link is what both ends can
 * @param dram habanalabs: the memory that its memory BAR shows
 * @param importer how it imports dma-bufs
 * @param maxSegmentSize importers: largest segment of an SG table, bytes
 * @param tags outstanding memory reads
 * @param mps Max_Payload_Size, bytes
 * @param mrrs Max_Read_Request_Size, bytes
 * @param rcb Read Completion Boundary that it completes reads with, bytes
 * @param wire RDMA NICs: the port to the network
 * @param media NVMe drives: what is behind the controller
 * @param readLatency from the arrival of a memory read to the first completion, ticks
 * @param writeLatency from the arrival of a write until the function's own work sees it, ticks
 * @param dmaBandwidth what its DMA engine reads and writes, bytes a second
 * @param issueInterval between two requests that it issues at least, ticks
 * @param completionTimeout how long it waits for the completions of a read
 * @param memoryRequests what becomes of memory requests to it; they are served if absent
 * @param poisonRate TLPs of 10^9 with data that it sends marked as bad
 * @param ats its own cache of translations (ATC), if it gets them from the IOMMU by Address Translation Services
 * @param driver name of a profile of its driver, see {@link Driver}; by the kernel's release if absent
 * @param scrub habanalabs: whether memory is cleared when its user is gone
 * @param scrubTime what that takes, ticks
 * @param resetTime what a reset of the function takes, ticks
 * @param memoryEnabled vfio-pci: the memory enable bit at the start
 * @param deviceSet vfio-pci: name of the functions that one hot reset resets; the function alone if absent
 * @param open vfio-pci: whether a user has it open at the start
 * @param vram GPUs
 * @param copyRate GPUs: at which moves copy, bytes a second
 * @param copyTime GPUs: what the copy of a move takes, whatever its size, ticks
 * @param faultTime from a page fault of a NIC until its driver has it, ticks
 * @param unmapTime how long an importer's driver takes to give a mapping back, with dma_resv held, ticks
 * @param rnrTimer what a requester waits after a receiver was not ready, ticks
 * @param rnrRetry how often it tries again then, 7 for ever
 */
public record Device(
        DeviceType type,
        Optional<DeviceId> id,
        Optional<String> at,
        Map<Integer, BarSpec> bars,
        Optional<String> profile,
        Optional<LinkSpec> link,
        Optional<Credits> credits,
        Optional<AcsSpec> acs,
        Optional<Dram> dram,
        Optional<Importer> importer,
        @Size OptionalLong maxSegmentSize,
        OptionalLong tags,
        @Size OptionalLong mps,
        @Size OptionalLong mrrs,
        @Size OptionalLong rcb,
        Optional<Wire> wire,
        Optional<Media> media,
        @Time OptionalLong readLatency,
        @Time OptionalLong writeLatency,
        @Rate OptionalLong dmaBandwidth,
        @Time OptionalLong issueInterval,
        Optional<Timeout> completionTimeout,
        Optional<Response> memoryRequests,
        @Probability OptionalLong poisonRate,
        Optional<IotlbSpec> ats,
        Optional<String> driver,
        boolean scrub,
        @Time OptionalLong scrubTime,
        @Time OptionalLong resetTime,
        Optional<Boolean> memoryEnabled,
        Optional<String> deviceSet,
        Optional<Boolean> open,
        Optional<Vram> vram,
        @Rate OptionalLong copyRate,
        @Time OptionalLong copyTime,
        @Time OptionalLong faultTime,
        @Time OptionalLong unmapTime,
        @Time OptionalLong rnrTimer,
        OptionalInt rnrRetry) {
    public Device {
        bars = ImmutableMap.copyOf(bars);
    }

    /** False for RDMA in software, which is nowhere in the fabric. */
    public boolean isFunction() {
        return type != DeviceType.SOFTWARE_RDMA;
    }

    /**
     * How long a requester waits.
     *
     * @param ticks empty if for ever
     */
    public record Timeout(OptionalLong ticks) {
        private static final String DISABLED = "disabled";

        /**
         * Reads {@code disabled}, a time, or the name of a range, of which the longest counts.
         *
         * @throws IllegalArgumentException if the text is none of these, or no time at all
         */
        public static Timeout parse(String text) {
            if (text.equals(DISABLED)) {
                return new Timeout(OptionalLong.empty());
            }
            boolean isTime = Character.isDigit(text.charAt(0));
            long ticks = isTime
                    ? Quantities.time(text)
                    : CompletionTimeout.parse(text).longestTicks();
            if (ticks == 0) {
                throw new IllegalArgumentException("a Completion Timeout is longer than nothing");
            }
            return new Timeout(OptionalLong.of(ticks));
        }

        /** As it is read. */
        @Override
        public String toString() {
            return ticks.isPresent() ? Ticks.format(ticks.getAsLong()) : DISABLED;
        }
    }

    /** What drives the function. */
    public enum DeviceType {
        /** Goya and Gaudi: exports device memory, pinned, never revoked. */
        HABANALABS,
        /** Registers dma-bufs as memory regions. */
        RDMA_NIC,
        NVME,
        /** Exports VRAM and system memory that it may move. */
        GPU,
        /** A user has it through vfio and exports its BARs. */
        VFIO_PCI,
        /** rxe, siw: RDMA without a function of its own, and without DMA. */
        SOFTWARE_RDMA,
        /** A function without a driver that this version replays: part of the topology only. */
        OTHER
    }

    /** How the importer attaches to a dma-buf. */
    public enum Importer {
        /** Attaches with callbacks and pins; cannot follow a move. */
        PINNED,
        /** The same; its own driver revokes when its device goes away (mlx5 data direct). */
        PINNED_WITH_REVOKE,
        /** Pins, and takes a notification as revocation for ever (irdma). */
        PINNED_REVOCABLE,
        /** On-demand paging: attaches with callbacks, maps when the NIC faults. */
        DYNAMIC,
        /** Attaches without callbacks. */
        STATIC
    }

    /**
     * The port of a NIC, one for each direction.
     *
     * @param rate of everything on the wire, bytes a second
     * @param latency from the NIC to its peer, ticks
     * @param mtu bytes of data in a packet at most
     * @param header bytes on the wire besides the data of a packet
     * @param doorbell from the CPU's write of the doorbell until the NIC acts on it, ticks; nothing if absent
     * @param wqeFetch whether the NIC fetches the WQE from host memory, 64 bytes
     * @param cqe whether the NIC writes a CQE to host memory, 64 bytes
     * @param msiX whether the NIC interrupts the CPU after it
     */
    public record Wire(
            @Rate long rate,
            @Time OptionalLong latency,
            @Size OptionalLong mtu,
            @Size OptionalLong header,
            @Time OptionalLong doorbell,
            boolean wqeFetch,
            boolean cqe,
            boolean msiX) {
        public static final int DEFAULT_MTU = 4096;

        /**
         * RoCEv2 without VLAN: preamble, Ethernet header, FCS and gap (38), IPv4 (20), UDP (8), BTH (12), ICRC (4)
         * (IEEE 802.3; InfiniBand specification, annex 17).
         */
        public static final int DEFAULT_HEADER = 82;

        private static final long DEFAULT_LATENCY = Ticks.PER_MICROSECOND;

        public long latencyOrDefault() {
            return latency.orElse(DEFAULT_LATENCY);
        }
    }

    /**
     * The media of an NVMe drive. Reads and writes do not slow each other down.
     *
     * @param readRate bytes a second
     * @param writeRate bytes a second
     * @param latency of a read command, besides the time that the rate takes, ticks
     * @param writeLatency of a write command, which a cache may shorten, ticks; {@code latency} if absent
     */
    public record Media(
            @Rate long readRate,
            @Rate long writeRate,
            @Time long latency,
            @Time OptionalLong writeLatency) {}

    /**
     * A memory BAR.
     *
     * @param base CPU physical address; placed by p2psim if absent
     */
    public record BarSpec(
            @Size long size, boolean prefetchable, @Address OptionalLong base) {}

    /**
     * Device memory behind the memory BAR.
     *
     * @param base device address of its first byte, shown at the start of the BAR
     * @param user device address of the first byte that users may export
     * @param bar index of the memory BAR
     * @param mmu whether users address it through handles (an MMU on the DRAM) or by physical device address
     */
    public record Dram(
            @Address long base, @Size long size, @Address OptionalLong user, Optional<Integer> bar, boolean mmu) {}

    /**
     * Memory of a GPU.
     *
     * @param visible what the BAR shows of it from its start, bytes; all that fits the BAR if absent
     * @param bar index of the BAR
     */
    public record Vram(@Size long size, @Size OptionalLong visible, Optional<Integer> bar) {}
}
