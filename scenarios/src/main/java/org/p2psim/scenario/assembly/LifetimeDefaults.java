package org.p2psim.scenario.assembly;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.Device.Vram;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.unit.Ticks;

/** Times of lifetimes where a file says none; those that its timeline makes use of are assumptions of the report. */
final class LifetimeDefaults {
    private static final long GIGABYTE = 1_000_000_000L;
    private static final String FLR = "pcie_flr(), drivers/pci/pci.c; PCIe Base Specification 6.6.2: at most 100 ms";
    private static final String RNR = "min_rnr_timer 12 and rnr_retry 7 of ibv_rc_pingpong, rdma-core";

    private final Assumptions assumptions;
    /** Devices that the timeline resets, also by closing them. */
    private final Set<String> reset = new HashSet<>();
    /** Devices that export what may be taken away from importers. */
    private final Set<String> revoking = new HashSet<>();
    /** Devices that import from one of those. */
    private final Set<String> notified = new HashSet<>();

    LifetimeDefaults(List<Operation> timeline, Map<String, Device> devices, Assumptions assumptions) {
        this.assumptions = assumptions;
        Map<String, String> exporters = new HashMap<>();
        for (Operation operation : timeline) {
            if (operation instanceof DmaBufOperation.Export export) {
                exporters.put(export.dmaBuf(), export.from());
                Device from = devices.get(export.from());
                if (from != null && from.type() != DeviceType.HABANALABS) {
                    revoking.add(export.from());
                }
            } else if (operation instanceof DeviceOperation.Reset
                    || operation instanceof DeviceOperation.HotReset
                    || operation instanceof DeviceOperation.CloseDevice) {
                reset.add(((DeviceOperation) operation).device());
            }
        }
        for (Operation operation : timeline) {
            if (operation instanceof RdmaOperation.RegisterMr op && isRevoking(exporters, op.dmaBuf())) {
                notified.add(op.nic());
            } else if (operation instanceof DmaBufOperation.Attach op && isRevoking(exporters, op.dmaBuf())) {
                notified.add(op.importer());
            }
        }
    }

    private boolean isRevoking(Map<String, String> exporters, String dmaBuf) {
        return Optional.ofNullable(exporters.get(dmaBuf))
                .filter(revoking::contains)
                .isPresent();
    }

    OptionalLong scrubTime(String name, Device device) {
        if (device.type() != DeviceType.HABANALABS || device.scrubTime().isPresent()) {
            return device.scrubTime();
        }
        if (device.scrub()) {
            assumptions.assume(name, "memory is cleared in 1 ms");
        }
        return OptionalLong.of(Ticks.PER_MICROSECOND * 1000);
    }

    OptionalLong resetTime(String name, Device device) {
        if (device.resetTime().isPresent()) {
            return device.resetTime();
        }
        return switch (device.type()) {
            case HABANALABS -> {
                if (reset.contains(name)) {
                    assumptions.assume(name, "the driver resets the device in 1 ms");
                }
                yield OptionalLong.of(Ticks.PER_MICROSECOND * 1000);
            }
            case VFIO_PCI, NVME -> {
                if (reset.contains(name)) {
                    assumptions.take(name, "a reset of the function or its bus takes 100 ms", FLR);
                }
                yield OptionalLong.of(Ticks.PER_MICROSECOND * 100_000);
            }
            case RDMA_NIC, GPU, SOFTWARE_RDMA, OTHER -> OptionalLong.empty();
        };
    }

    OptionalLong copyRate(String name, Device device) {
        if (device.type() != DeviceType.GPU
                || device.copyRate().isPresent()
                || device.copyTime().isPresent()) {
            return device.copyRate();
        }
        if (revoking.contains(name)) {
            assumptions.assume(name, "moves copy 10 GB/s");
        }
        return OptionalLong.of(10 * GIGABYTE);
    }

    /** What the largest BAR can show, if the file says nothing of VRAM. */
    Optional<Vram> vram(String name, Device device, Map<Integer, BarSpec> bars) {
        if (device.type() != DeviceType.GPU || bars.isEmpty()) {
            return device.vram();
        }
        int largest = bars.entrySet().stream()
                .max((a, b) ->
                        Long.compareUnsigned(a.getValue().size(), b.getValue().size()))
                .orElseThrow()
                .getKey();
        int bar = device.vram().flatMap(Vram::bar).orElse(largest);
        long window = Optional.ofNullable(bars.get(bar)).map(BarSpec::size).orElse(0L);
        if (device.vram().isEmpty() && revoking.contains(name)) {
            assumptions.assume(name, "VRAM as large as the largest BAR");
        }
        long size = device.vram().map(Vram::size).orElse(window);
        long visible =
                device.vram().map(Vram::visible).orElse(OptionalLong.empty()).orElse(Math.min(size, window));
        return Optional.of(new Vram(size, OptionalLong.of(visible), Optional.of(bar)));
    }

    OptionalLong faultTime(String name, Device device) {
        if (device.type() != DeviceType.RDMA_NIC || device.faultTime().isPresent()) {
            return device.faultTime();
        }
        if (notified.contains(name)) {
            assumptions.assume(name, "a page fault of a NIC reaches its driver in 1 us");
        }
        return OptionalLong.of(Ticks.PER_MICROSECOND);
    }

    OptionalLong unmapTime(String name, Device device) {
        if (device.unmapTime().isPresent()) {
            return device.unmapTime();
        }
        if (notified.contains(name)) {
            assumptions.assume(name, "an importer that is notified gives its mapping back at once");
        }
        return OptionalLong.of(0);
    }

    OptionalLong rnrTimer(String name, Device device) {
        if (device.type() != DeviceType.RDMA_NIC || device.rnrTimer().isPresent()) {
            return device.rnrTimer();
        }
        if (notified.contains(name)) {
            assumptions.take(name, "requesters try again 640 us after a receiver was not ready, for ever", RNR);
        }
        return OptionalLong.of(640 * Ticks.PER_MICROSECOND);
    }

    OptionalInt rnrRetry(Device device) {
        return device.type() == DeviceType.RDMA_NIC && device.rnrRetry().isEmpty()
                ? OptionalInt.of(7)
                : device.rnrRetry();
    }
}
