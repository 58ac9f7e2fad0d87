package org.p2psim.run.replay;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Timeout;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.run.kernel.KernelRun;
import org.p2psim.run.kernel.Noted;
import org.p2psim.scenario.Device;
import org.p2psim.unit.Ticks;

/** How long devices take: resets, clearing of memory, copies of moves, which follow one another. */
final class DeviceTimes {
    /** {@code secs_to_jiffies(1)} of the first posting. */
    private static final long UNMAP_TIMEOUT = Ticks.PER_SECOND;

    private final World world;
    private final KernelRun kernel;
    private final Exporters exporters;
    private final GpuMemory gpuMemory;
    private final Map<String, Long> copiesEnd = new HashMap<>();
    private final Set<Timeout> timeouts = new HashSet<>();
    private final Map<Fence, Boolean> known = new IdentityHashMap<>();

    DeviceTimes(World world, KernelRun kernel, Exporters exporters, GpuMemory gpuMemory) {
        this.world = world;
        this.kernel = kernel;
        this.exporters = exporters;
        this.gpuMemory = gpuMemory;
        kernel.reads(this::read);
    }

    private void read(Noted noted) {
        if (noted.action() == Journal.Action.REVOKE) {
            exporters.vfio().values().forEach(device -> givesUp(device, noted));
        }
        if (noted.action() == Journal.Action.RESET) {
            exporters.vfio(noted.object()).ifPresent(device -> resets(device, noted));
            exporters.habanalabs(noted.object()).ifPresent(device -> resets(device, noted));
        } else if (noted.action() == Journal.Action.SCRUB
                && noted.entry().detail().equals("begins")) {
            exporters.habanalabs(noted.object()).ifPresent(device -> scrubs(device, noted));
        } else if (noted.action() == Journal.Action.MOVE) {
            exporters.gpus().forEach((name, gpu) -> copies(name, gpu, noted));
        }
    }

    private void givesUp(VfioPci device, Noted noted) {
        for (Timeout timeout : device.timeouts()) {
            if (timeouts.add(timeout)) {
                kernel.happensAfter(
                        UNMAP_TIMEOUT, noted.entry().cause(), "timeout of " + device.name(), timeout::expire);
            }
        }
    }

    private void resets(VfioPci device, Noted noted) {
        long ticks = world.device(noted.object()).resetTime().orElseThrow();
        kernel.happensAfter(ticks, noted.entry().cause(), "end of the reset of " + device.name(), device::resetDone);
    }

    private void resets(Habanalabs device, Noted noted) {
        long ticks = world.device(noted.object()).resetTime().orElseThrow();
        String name = "end of the reset of " + noted.object();
        kernel.happensAfter(ticks, noted.entry().cause(), name, device.file()::resetDone);
    }

    private void scrubs(Habanalabs device, Noted noted) {
        long ticks = world.device(noted.object()).scrubTime().orElseThrow();
        String name = "end of the scrub of " + noted.object();
        kernel.happensAfter(ticks, noted.entry().cause(), name, device.file()::scrubbed);
    }

    private void copies(String name, Gpu gpu, Noted noted) {
        for (Fence copy : gpu.copies()) {
            if (known.putIfAbsent(copy, true) == null) {
                GpuBuffer buffer = gpu.buffers().stream()
                        .filter(each -> copy.name().equals("copy of " + each.name()))
                        .findFirst()
                        .orElseThrow();
                long now = noted.at();
                long end = Math.max(now, copiesEnd.getOrDefault(name, now)) + copyTime(name, buffer.size());
                copiesEnd.put(name, end);
                GpuMemory.Move move = gpuMemory.moved(gpu, buffer);
                kernel.happensAfter(end - now, noted.entry().cause(), copy.name(), () -> {
                    copy.signal();
                    gpuMemory.copied(move);
                });
            }
        }
    }

    private long copyTime(String gpu, long bytes) {
        Device device = world.device(gpu);
        return device.copyTime()
                .orElseGet(() -> BigInteger.valueOf(bytes)
                        .multiply(BigInteger.valueOf(Ticks.PER_SECOND))
                        .divide(BigInteger.valueOf(device.copyRate().orElseThrow()))
                        .longValueExact());
    }
}
