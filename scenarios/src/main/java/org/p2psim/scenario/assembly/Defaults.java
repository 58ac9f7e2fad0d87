package org.p2psim.scenario.assembly;

import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.Device.Dram;
import org.p2psim.scenario.Device.Importer;
import org.p2psim.topology.Link;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** The values that are taken where a file says none, each with its source. */
final class Defaults {
    private static final int MELLANOX = 0x15b3;
    private static final String P2PMARK =
            "p2pmark round trips, local-inference-lab/rtx6kpro, wrx90-cpayne-2switch-flat.md";
    private static final String PAYLOAD_64 = "inferred from 21.3 GB/s on Ice Lake-SP, xnvme/aisio, pcie_saturation.md";
    private static final String PCIE_BENCH =
            "pcie-bench, Neugebauer et al., SIGCOMM 2018: the figures that explain its IOMMU measurements";
    private static final String DMA_MAX_SEG_SIZE = "dma_get_max_seg_size(), include/linux/dma-mapping.h";
    private static final String MLX5 = "mlx5 driver, dma_set_max_seg_size()";
    private static final String HABANALABS = "habanalabs driver, Goya and Gaudi: DRAM driver part of 64 MiB, BAR 4";

    private static final Link ROOT_PORT_LINK = new Link(4, 16);
    private static final DeviceId UNKNOWN = new DeviceId(0, 0);

    private final Assumptions assumptions;

    Defaults(Assumptions assumptions) {
        this.assumptions = assumptions;
    }

    long throughSwitch(String subject, OptionalLong cutThrough, OptionalLong storeAndForward) {
        if (cutThrough.isPresent() || storeAndForward.isPresent()) {
            return cutThrough.orElseGet(storeAndForward::getAsLong);
        }
        assumptions.take(subject, "cut-through latency of switches 105 ns", P2PMARK + " (1.14 us against 0.72 us)");
        return Ticks.ofNanoseconds(105);
    }

    long p2pLatency(String subject, OptionalLong stated) {
        if (stated.isPresent()) {
            return stated.getAsLong();
        }
        assumptions.take(subject, "root complex forwards in 235 ns", P2PMARK + " (Threadripper Pro)");
        return Ticks.ofNanoseconds(235);
    }

    int p2pMaxPayload(String subject, OptionalLong stated, Cpu cpu) {
        if (stated.isPresent()) {
            return (int) stated.getAsLong();
        }
        if (cpu.vendor().equals("GenuineIntel")) {
            assumptions.take(subject, "root complex forwards payloads of 64 B", PAYLOAD_64);
            return 64;
        }
        assumptions.assume(subject, "root complex forwards payloads of up to 256 B");
        return 256;
    }

    /** What translation costs, for an IOMMU that does. */
    void translation(String subject) {
        assumptions.take(
                subject,
                "IOMMU: where not stated, 64 IOTLB entries of 2 MiB, 280 ns for a miss, 19 million page walks a second",
                PCIE_BENCH);
    }

    long socketLatency(OptionalLong stated) {
        if (stated.isPresent()) {
            return stated.getAsLong();
        }
        assumptions.assume("socket-link", "latency from socket to socket 50 ns");
        return Ticks.ofNanoseconds(50);
    }

    Link rootPortLink(String subject) {
        assumptions.assume(subject, "link gen4 x16");
        return ROOT_PORT_LINK;
    }

    Link downstreamLink(String subject, Link upstream) {
        assumptions.assume(subject, "link like the switch's upstream link");
        return upstream;
    }

    DeviceId rootPortId(String subject, Optional<DeviceId> stated, Cpu cpu) {
        return stated.orElseGet(() -> {
            String id = switch (cpu.vendor()) {
                case "GenuineIntel" -> "8086:2030";
                case "AuthenticAMD" -> "1022:1483";
                default -> "1b36:000c";
            };
            assumptions.assume(subject, "root ports are " + id);
            return DeviceId.parse(id);
        });
    }

    DeviceId switchId(String subject, Optional<DeviceId> stated) {
        return stated.orElseGet(() -> {
            assumptions.assume(subject, "switches are 10b5:8747 (PLX PEX 8747)");
            return DeviceId.parse("10b5:8747");
        });
    }

    DeviceId bridgeId(String subject, Optional<DeviceId> stated) {
        return stated.orElseGet(() -> {
            assumptions.assume(subject, "PCIe-to-PCI bridges are 10b5:8112 (PLX PEX 8112)");
            return DeviceId.parse("10b5:8112");
        });
    }

    /** The device with everything filled in that has a default. */
    Device complete(String name, Device device) {
        boolean nic = device.type() == DeviceType.RDMA_NIC;
        boolean imports = device.type() != DeviceType.HABANALABS;
        return new Device(
                device.type(),
                Optional.of(device.id().orElseGet(() -> {
                    assumptions.assume(name, "PCI ID not known, shown as 0000:0000");
                    return UNKNOWN;
                })),
                device.at(),
                device.bars(),
                device.profile(),
                device.link(),
                device.credits(),
                device.acs(),
                device.dram().map(dram -> complete(name, dram)),
                imports ? Optional.of(importer(name, device)) : Optional.empty(),
                imports ? OptionalLong.of(maxSegmentSize(name, device.maxSegmentSize(), nic)) : device.maxSegmentSize(),
                OptionalLong.of(or(name, device.tags(), 256, "256 outstanding reads (tags)")),
                OptionalLong.of(or(name, device.mps(), 256, "Max_Payload_Size 256 B")),
                OptionalLong.of(or(name, device.mrrs(), 512, "Max_Read_Request_Size 512 B")),
                OptionalLong.of(or(
                        name,
                        device.rcb(),
                        128,
                        "Read Completion Boundary 128 B, as of every function but a root port")),
                device.wire(),
                device.media(),
                OptionalLong.of(readLatency(name, device.readLatency())),
                device.writeLatency(),
                device.dmaBandwidth(),
                device.issueInterval(),
                device.completionTimeout(),
                device.memoryRequests(),
                device.poisonRate(),
                device.ats());
    }

    private Importer importer(String name, Device device) {
        return device.importer().orElseGet(() -> {
            Importer importer = switch (device.type()) {
                // mlx5 faults pages in on demand; efa, irdma, bnxt_re and others pin.
                case RDMA_NIC -> isMellanox(device) ? Importer.DYNAMIC : Importer.PINNED;
                case GPU -> Importer.DYNAMIC;
                case NVME, OTHER, HABANALABS -> Importer.STATIC;
            };
            assumptions.assume(name, "imports " + importer);
            return importer;
        });
    }

    private static boolean isMellanox(Device device) {
        return device.id().isPresent() && device.id().get().vendor() == MELLANOX;
    }

    private long maxSegmentSize(String name, OptionalLong stated, boolean nic) {
        if (stated.isPresent()) {
            return stated.getAsLong();
        }
        assumptions.take(name, "largest segment " + (nic ? "2 GiB" : "64 KiB"), nic ? MLX5 : DMA_MAX_SEG_SIZE);
        return nic ? 2 * Bytes.GIB : 64 * Bytes.KIB;
    }

    private long readLatency(String name, OptionalLong stated) {
        if (stated.isPresent()) {
            return stated.getAsLong();
        }
        assumptions.take(
                name, "read latency of endpoints 510 ns", P2PMARK + " (0.72 us less two traversals of a switch)");
        return Ticks.ofNanoseconds(510);
    }

    private long or(String name, OptionalLong stated, long value, String text) {
        if (stated.isEmpty()) {
            assumptions.assume(name, text);
        }
        return stated.orElse(value);
    }

    private Dram complete(String name, Dram dram) {
        if (dram.user().isEmpty() || dram.bar().isEmpty()) {
            assumptions.take(
                    name, "user memory 64 MiB above the start of DRAM, memory BAR 4, where not stated", HABANALABS);
        }
        return new Dram(
                dram.base(),
                dram.size(),
                OptionalLong.of(dram.user().orElse(dram.base() + 64 * Bytes.MIB)),
                Optional.of(dram.bar().orElse(4)),
                dram.mmu());
    }
}
