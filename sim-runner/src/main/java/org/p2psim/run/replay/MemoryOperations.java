package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.OwnershipChecks;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.topology.PciFunction;

/** What users do with the memory of devices: allocate it, use it, and what becomes of it behind their backs. */
final class MemoryOperations {
    private final RunState run;
    private final GpuMemory gpuMemory;
    private final DeviceUsers users;
    private final Landings landings;

    MemoryOperations(RunState run, GpuMemory gpuMemory, DeviceUsers users, Landings landings) {
        this.run = run;
        this.gpuMemory = gpuMemory;
        this.users = users;
        this.landings = landings;
    }

    void allocate(int number, MemoryOperation.Allocate op) {
        run.kernel()
                .start(
                        new Line(number, op.handle(), "allocate"),
                        () -> allocated(op),
                        done -> "pages of " + op.from(),
                        reply -> run.handles().allocations().put(op.handle(), UserObject.of(reply)));
    }

    private Reply<Allocation> allocated(MemoryOperation.Allocate op) {
        Optional<Habanalabs> habanalabs = run.exporters().habanalabs(op.from());
        Optional<Gpu> gpu = run.exporters().gpu(op.from());
        if (habanalabs.isPresent() && users.nobodyHas(op.from())) {
            return users.notOpen(op.from());
        } else if (habanalabs.isPresent()) {
            return allocated(op, habanalabs.get())
                    .then(handle -> Reply.done(Allocation.of(handle, op.from(), habanalabs.get())));
        } else if (gpu.isPresent()) {
            if (op.size().isEmpty()) {
                return Reply.refused(Errno.EINVAL, "a buffer of a GPU has a size");
            }
            return gpu.get()
                    .create(op.handle(), op.size().getAsLong(), flags(op.flags()))
                    .then(buffer -> {
                        gpuMemory.created(gpu.get(), buffer);
                        return Reply.done(Allocation.of(op.from(), buffer));
                    });
        }
        return Reply.refused(Errno.ENODEV, "%s is not in this machine".formatted(op.from()));
    }

    private static Reply<String> allocated(MemoryOperation.Allocate op, Habanalabs driver) {
        if (op.memory().equals(Optional.of(MemoryOperation.Kind.HOST))) {
            return driver.handles().allocateHost(op.handle());
        }
        long pageSize = op.pageSize().orElseThrow();
        return op.size().isPresent()
                ? driver.handles().allocate(op.handle(), op.size().getAsLong(), pageSize)
                : driver.handles().allocate(op.handle(), op.pages(), pageSize);
    }

    private static ImmutableSet<GpuBuffer.Flag> flags(Set<MemoryOperation.Flag> flags) {
        ImmutableSet.Builder<GpuBuffer.Flag> all = ImmutableSet.builder();
        flags.forEach(flag -> {
            switch (flag) {
                case VRAM -> all.add(GpuBuffer.Flag.PREFERS_VRAM);
                case CPU_VISIBLE -> all.add(GpuBuffer.Flag.PREFERS_VRAM, GpuBuffer.Flag.CPU_VISIBLE);
                case VRAM_ONLY -> all.add(GpuBuffer.Flag.VRAM_ONLY);
                case USER_POINTER -> all.add(GpuBuffer.Flag.USER_POINTER);
                case PER_VM -> all.add(GpuBuffer.Flag.PER_VM);
            }
        });
        return all.build();
    }

    void free(int number, MemoryOperation.Free op) {
        int exported = run.handles().allocated(op.handle()) instanceof Reply.Done<Allocation> found
                ? found.value()
                        .habanalabs()
                        .map(driver -> found.value().exporting())
                        .orElse(0)
                : 0;
        Line line = new Line(number, op.handle(), "free");
        run.kernel()
                .start(
                        line,
                        () -> run.handles().allocated(op.handle()).then(this::freed),
                        done -> "device memory is free again",
                        reply -> {});
        run.watch().checked(ImmutableSet.of(Invariant.EXPORT_COUNT), 1);
        if (!line.isRefused()) {
            OwnershipChecks.freed(op.handle(), exported).forEach(violation -> landings.broken(violation, 1));
        }
    }

    private Reply<Allocation> freed(Allocation allocation) {
        if (allocation.isFreed()) {
            return Reply.refused(Errno.EINVAL, "handle %s is unknown".formatted(allocation.handle()));
        }
        if (allocation.habanalabs().isPresent() && users.nobodyHas(allocation.device())) {
            return users.notOpen(allocation.device());
        }
        Reply<?> reply = allocation.buffer().isPresent()
                ? freed(allocation, allocation.buffer().get())
                : allocation.habanalabs().orElseThrow().handles().free(allocation.handle());
        if (reply instanceof Reply.Refused<?> refused) {
            return Reply.refused(refused.errno(), refused.why());
        }
        allocation.freed();
        return Reply.done(allocation);
    }

    private Reply<GpuBuffer> freed(Allocation allocation, GpuBuffer buffer) {
        Gpu gpu = run.exporters().gpu(allocation.device()).orElseThrow();
        AddressRange place = gpuMemory.place(gpu, buffer);
        boolean stays = buffer.dmaBuf().isPresent();
        return gpu.free(buffer).then(freed -> {
            if (!stays) {
                gpuMemory.freed(buffer, place);
            }
            return Reply.done(freed);
        });
    }

    void evict(int number, MemoryOperation.Evict op) {
        onBuffer(new Line(number, op.handle(), "evict"), op.handle(), Gpu::evict);
    }

    void defragment(int number, String handle) {
        onBuffer(new Line(number, handle, "defragment"), handle, Gpu::defragment);
    }

    private void onBuffer(Line line, String handle, BiFunction<Gpu, GpuBuffer, Reply<GpuBuffer>> what) {
        run.kernel()
                .start(
                        line,
                        () -> run.handles().allocated(handle).then(allocation -> {
                            if (allocation.buffer().isEmpty() || allocation.isFreed()) {
                                return Reply.refused(Errno.EINVAL, handle + " is no buffer that moves");
                            }
                            Gpu gpu = run.exporters().gpu(allocation.device()).orElseThrow();
                            return what.apply(gpu, allocation.buffer().get());
                        }),
                        buffer -> "it is in " + buffer.place(),
                        reply -> {});
    }

    void write(int number, MemoryOperation.WriteMemory op) {
        run.kernel()
                .start(
                        new Line(number, op.device(), "write-memory"),
                        () -> place(op).then(places -> {
                            String tag = op.tag().or(() -> user(op.device())).orElse(op.device());
                            places.forEach(place -> run.memory().write(place, tag));
                            return Reply.done(tag);
                        }),
                        tag -> "data of " + tag,
                        reply -> {});
    }

    void read(int number, MemoryOperation.ReadMemory op) {
        String lane = op.id().orElse("%s #%d".formatted(op.device(), number));
        run.kernel()
                .start(
                        new Line(number, op.device(), "read-memory"),
                        () -> place(op).then(places -> {
                            Fate fate = landings.fate(lane);
                            places.forEach(place -> fate.read(run.memory(), place));
                            return Reply.done(fate);
                        }),
                        fate -> fate.data().isEmpty()
                                ? "zeros"
                                : "data of " + String.join(", ", fate.data().keySet()),
                        reply -> {});
    }

    private Optional<String> user(String device) {
        return users.user(device)
                .or(() -> run.exporters()
                        .habanalabs(device)
                        .flatMap(driver -> driver.file().user()));
    }

    private Reply<ImmutableList<AddressRange>> place(MemoryOperation.Access op) {
        String device = op.device();
        long offset = op.offset();
        long size = op.size();
        if (users.nobodyHas(device)) {
            return users.notOpen(device);
        } else if (op.address().isPresent()
                && run.exporters().habanalabs(device).isPresent()) {
            Habanalabs driver = run.exporters().habanalabs(device).get();
            if (size == 0) {
                return Reply.refused(Errno.EINVAL, "no byte");
            }
            AddressRange shown = driver.shown(op.address().getAsLong(), size);
            return driver.bar().contains(shown)
                    ? Reply.done(ImmutableList.of(shown))
                    : Reply.refused(Errno.EINVAL, "the BAR of %s does not show it".formatted(device));
        } else if (op.handle().isPresent()) {
            return run.handles()
                    .allocated(op.handle().get())
                    .then(allocation -> part(memory(allocation), offset, size));
        } else if (op.region().isPresent()) {
            return region(device, op.region().getAsInt()).then(bar -> part(ImmutableList.of(bar), offset, size));
        }
        return Reply.refused(Errno.EINVAL, "%s has no such memory".formatted(device));
    }

    /** What an allocation has; a freed one has nothing. */
    private ImmutableList<AddressRange> memory(Allocation allocation) {
        if (allocation.isFreed()) {
            return ImmutableList.of();
        }
        if (allocation.buffer().isEmpty()) {
            return allocation.habanalabs().orElseThrow().shown(allocation.handle());
        }
        Gpu gpu = run.exporters().gpu(allocation.device()).orElseThrow();
        return ImmutableList.of(gpuMemory.place(gpu, allocation.buffer().get()));
    }

    private Reply<AddressRange> region(String device, int region) {
        Optional<AddressRange> bar = run.world()
                .seenAddress(device)
                .map(address -> run.world().seen().function(address))
                .flatMap((PciFunction function) -> function.bar(region))
                .map(found -> found.range());
        return bar.isPresent()
                ? Reply.done(bar.get())
                : Reply.refused(Errno.EINVAL, "%s has no BAR %d".formatted(device, region));
    }

    private static Reply<ImmutableList<AddressRange>> part(ImmutableList<AddressRange> whole, long offset, long size) {
        ImmutableList.Builder<AddressRange> part = ImmutableList.builder();
        if (offset < 0 || size <= 0) {
            return Reply.refused(Errno.EINVAL, "no byte of it");
        }
        long skip = offset;
        long left = size;
        for (AddressRange range : whole) {
            long taken = Math.min(range.size() - skip, left);
            if (taken > 0) {
                part.add(new AddressRange(range.base() + skip, taken));
                left -= taken;
            }
            skip = Math.max(0, skip - range.size());
        }
        return left == 0
                ? Reply.done(part.build())
                : Reply.refused(Errno.EINVAL, "0x%x bytes at 0x%x are not all there".formatted(size, offset));
    }

    /** Another driver takes a part of a BAR: whatever showed it before had better be done with it (I-10). */
    void assign(int number, MemoryOperation.Assign op) {
        run.kernel()
                .start(
                        new Line(number, op.device(), "assign"),
                        () -> region(op.device(), op.region())
                                .then(bar -> part(ImmutableList.of(bar), op.offset(), op.size()))
                                .then(part -> letGo(op.device()).then(given -> {
                                    AddressRange range = part.get(0);
                                    run.memory().assign(range, op.owner());
                                    landings.assigned(range);
                                    landings.reused(showing(range));
                                    return Reply.done(range);
                                })),
                        range -> "%s belongs to %s now".formatted(range, op.owner()),
                        reply -> {});
    }

    /** A driver that is closing the device gives its BARs up when it disables the function. */
    private Reply<String> letGo(String device) {
        Optional<VfioPci> closing = run.exporters().vfio(device).filter(VfioPci::isKeptByClose);
        return closing.isEmpty()
                ? Reply.done(device)
                : Reply.after(
                        new Wait(
                                Wait.Kind.REFERENCES,
                                "the driver of %s to disable it".formatted(device),
                                () -> !closing.get().isKeptByClose(),
                                () -> List.of("close-device " + device)),
                        () -> Reply.done(device));
    }

    private List<DmaBuf> showing(AddressRange range) {
        return run.handles().exported().stream()
                .filter(dmaBuf -> dmaBuf.exporter().ranges(dmaBuf).stream().anyMatch(range::overlaps))
                .toList();
    }
}
