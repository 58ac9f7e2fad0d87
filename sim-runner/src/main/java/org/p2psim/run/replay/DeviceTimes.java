package org.p2psim.run.replay;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
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

    /** About 20 hours: nothing is copied until later, however slowly. */
    private static final long LATEST = 1L << 60;

    private final World world;
    private final KernelRun kernel;
    private final Exporters exporters;
    private final GpuMemory gpuMemory;
    private final Map<String, Long> copiesEnd = new HashMap<>();
    private final Set<Timeout> timeouts = new HashSet<>();
    /** Moves whose copies have not begun. */
    private final Map<Fence, Moving> moving = new IdentityHashMap<>();

    private record Moving(String gpu, GpuBuffer buffer, int cause, GpuMemory.Move move) {}

    DeviceTimes(World world, KernelRun kernel, Exporters exporters, GpuMemory gpuMemory) {
        this.world = world;
        this.kernel = kernel;
        this.exporters = exporters;
        this.gpuMemory = gpuMemory;
        kernel.reads(this::read);
        kernel.follows(() -> exporters.gpus().values().forEach(this::copies));
        kernel.follows(() -> exporters.vfio().values().forEach(this::givesUp));
    }

    private void read(Noted noted) {
        if (noted.action() == Journal.Action.RESET) {
            exporters.vfio(noted.object()).ifPresent(device -> resets(device, noted));
            exporters.habanalabs(noted.object()).ifPresent(device -> resets(device, noted));
        } else if (noted.action() == Journal.Action.SCRUB && noted.entry().is(Journal.Circumstance.BEGINS)) {
            exporters.habanalabs(noted.object()).ifPresent(device -> scrubs(device, noted));
        } else if (noted.action() == Journal.Action.MOVE) {
            exporters.gpus().forEach((name, gpu) -> moves(name, gpu, noted));
        }
    }

    private void givesUp(VfioPci device) {
        for (Timeout timeout : device.timeouts()) {
            if (timeouts.add(timeout)) {
                kernel.happensAfter(UNMAP_TIMEOUT, timeout.cause(), "timeout of " + device.name(), timeout::expire);
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

    /** Moves have begun; their copies follow once importers have stopped. */
    private void moves(String name, Gpu gpu, Noted noted) {
        for (Gpu.Move move : gpu.begun()) {
            moving.put(
                    move.copy(),
                    new Moving(name, move.buffer(), noted.entry().cause(), gpuMemory.moved(gpu, move.buffer())));
        }
    }

    private void copies(Gpu gpu) {
        for (Fence copy : gpu.copies()) {
            Optional.ofNullable(moving.remove(copy)).ifPresent(move -> copies(copy, move));
        }
    }

    private void copies(Fence copy, Moving move) {
        long now = kernel.now();
        long begin = Math.max(now, copiesEnd.getOrDefault(move.gpu(), now));
        long end = begin + Math.min(copyTime(move.gpu(), move.buffer().size()), Math.max(LATEST - begin, 0));
        copiesEnd.put(move.gpu(), end);
        kernel.happensAfter(end - now, move.cause(), copy.name(), () -> {
            copy.signal();
            gpuMemory.copied(move.move());
        });
    }

    private long copyTime(String gpu, long bytes) {
        Device device = world.device(gpu);
        return device.copyTime()
                .orElseGet(() -> BigInteger.valueOf(bytes)
                        .multiply(BigInteger.valueOf(Ticks.PER_SECOND))
                        .divide(BigInteger.valueOf(device.copyRate().orElseThrow()))
                        .min(BigInteger.valueOf(LATEST))
                        .longValue());
    }
}
