package org.p2psim.run.replay;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.p2psim.dmabuf.DmaBuf;
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
    /** Moves whose copies have not begun, by the names of these. */
    private final Map<String, Deque<Moving>> copyNames = new HashMap<>();

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
        } else if (noted.action() == Journal.Action.SCRUB
                && noted.entry().detail().equals("begins")) {
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

    /** A move has begun; its copy follows once importers have stopped. */
    private void moves(String name, Gpu gpu, Noted noted) {
        gpu.buffers().stream()
                .filter(buffer ->
                        noted.object().equals(buffer.dmaBuf().map(DmaBuf::name).orElse(buffer.name())))
                .findFirst()
                .ifPresent(buffer -> copyNames
                        .computeIfAbsent("copy of " + buffer.name(), copy -> new ArrayDeque<>())
                        .add(new Moving(name, buffer, noted.entry().cause(), gpuMemory.moved(gpu, buffer))));
    }

    private void copies(Gpu gpu) {
        for (Fence copy : gpu.copies()) {
            Deque<Moving> moving = copyNames.get(copy.name());
            if (moving != null && !moving.isEmpty() && known.putIfAbsent(copy, true) == null) {
                copies(copy, moving.remove());
            }
        }
    }

    private void copies(Fence copy, Moving moving) {
        long now = kernel.now();
        long end = Math.max(now, copiesEnd.getOrDefault(moving.gpu(), now))
                + copyTime(moving.gpu(), moving.buffer().size());
        copiesEnd.put(moving.gpu(), end);
        kernel.happensAfter(end - now, moving.cause(), copy.name(), () -> {
            copy.signal();
            gpuMemory.copied(moving.move());
        });
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
