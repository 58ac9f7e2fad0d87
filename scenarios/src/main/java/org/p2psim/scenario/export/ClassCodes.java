package org.p2psim.scenario.export;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.Plan;

/** Class codes of functions that a scenario names: base class, subclass and programming interface, 24 bits. */
public final class ClassCodes {
    private static final int NVM_EXPRESS = 0x010802;
    private static final int ETHERNET_CONTROLLER = 0x020000;
    private static final int CONTROLLER_3D = 0x030200;
    private static final int PROCESSING_ACCELERATOR = 0x120000;

    private ClassCodes() {}

    /**
     * The class codes that the file says, or that follow from the types of devices. An RDMA NIC is an Ethernet controller (0x020000): adapters
     * have that class in RoCE mode, and 0x020700 in InfiniBand mode only. Devices of type other have none.
     */
    public static Function<Bdf, OptionalInt> of(Plan plan) {
        ImmutableMap.Builder<Bdf, DeviceType> types = ImmutableMap.builder();
        plan.addresses()
                .forEach((name, address) -> Optional.ofNullable(plan.devices().get(name))
                        .ifPresent(device -> types.put(address, device.type())));
        ImmutableMap<Bdf, DeviceType> byAddress = types.buildOrThrow();
        return address -> {
            Integer stated = plan.classCodes().get(address);
            return stated != null
                    ? OptionalInt.of(stated)
                    : Optional.ofNullable(byAddress.get(address))
                            .map(ClassCodes::of)
                            .orElse(OptionalInt.empty());
        };
    }

    private static OptionalInt of(DeviceType type) {
        return switch (type) {
            case HABANALABS -> OptionalInt.of(PROCESSING_ACCELERATOR);
            case RDMA_NIC -> OptionalInt.of(ETHERNET_CONTROLLER);
            case NVME -> OptionalInt.of(NVM_EXPRESS);
            case GPU -> OptionalInt.of(CONTROLLER_3D);
            case OTHER, VFIO_PCI, SOFTWARE_RDMA -> OptionalInt.empty();
        };
    }
}
