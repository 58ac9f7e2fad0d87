package org.p2psim.p2p;

import java.util.Optional;
import org.p2psim.address.Bdf;

/**
 * A device that shall do DMA to a provider's memory: a PCI function, or any device of the driver model.
 *
 * @param name as the kernel's messages name it
 * @param function the nearest PCI function of the driver model's parent chain, beginning with the device itself;
 *     empty for a device that hangs from none
 * @param dmaVirtOps whether its DMA operations are those of software RDMA (rxe, siw), which kernels before 5.11 refuse
 */
public record Client(String name, Optional<Bdf> function, boolean dmaVirtOps) {
    public static Client of(Bdf function) {
        return new Client(function.toString(), Optional.of(function), false);
    }

    /** A device below a function: a disk, a net device, an RDMA device. */
    public static Client below(Bdf function, String name) {
        return new Client(name, Optional.of(function), false);
    }

    /** A device without a PCI function above it. */
    public static Client notPci(String name) {
        return new Client(name, Optional.empty(), false);
    }

    /** A software RDMA device over a net device of a function. */
    public static Client softwareRdma(Bdf function, String name) {
        return new Client(name, Optional.of(function), true);
    }
}
