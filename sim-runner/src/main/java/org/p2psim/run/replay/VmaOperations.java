package org.p2psim.run.replay;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.VmaP2p;
import org.p2psim.invariant.GpuChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.platform.Errno;
import org.p2psim.run.kernel.Line;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.VmaOperation;

/**
 * Peer-to-peer through mappings of device files (2019). An importer whose mapping is invalidated issues nothing more
 * through it, and gives it back when the timeline says so, or else after the time that its driver takes.
 */
final class VmaOperations {
    private final RunState run;
    private final Landings landings;
    private final Map<String, VmaP2p> exporters = new HashMap<>();
    private final Map<String, Shared> vmas = new HashMap<>();
    private final Map<String, VmaMapping> mappings = new HashMap<>();
    private final ImmutableSet<String> unmappedByTimeline;

    /** A VMA, and the BAR that its memory is of. */
    private record Shared(String device, VmaP2p exporter, VmaP2p.Vma vma, AddressRange bar) {}

    VmaOperations(RunState run, Landings landings) {
        this.run = run;
        this.landings = landings;
        this.unmappedByTimeline = run.world().plan().timeline().stream()
                .filter(VmaOperation.P2pUnmap.class::isInstance)
                .map(line -> ((VmaOperation.P2pUnmap) line).mapping())
                .collect(ImmutableSet.toImmutableSet());
        run.world().plan().lifetimes().drivers().forEach((device, driver) -> {
            if (driver instanceof Driver.VmaP2p
                    && run.world().seenAddress(device).isPresent()) {
                exporters.put(device, new VmaP2p(device, run.kernel().kernel()));
            }
        });
        run.kernel().checks(this::check);
    }

    private void check() {
        exporters.values().forEach(exporter -> {
            run.watch().checked(ImmutableSet.of(Invariant.PREDICTABLE), 1);
            GpuChecks.check(exporter).forEach(violation -> landings.broken(violation, 1));
        });
    }

    void perform(int number, VmaOperation operation) {
        if (operation instanceof VmaOperation.Share op) {
            share(number, op);
        } else if (operation instanceof VmaOperation.P2pMap op) {
            map(number, op);
        } else if (operation instanceof VmaOperation.P2pUnmap op) {
            unmap(number, op);
        } else if (operation instanceof VmaOperation.Munmap op) {
            onVma(new Line(number, op.vma(), "munmap"), op.vma(), shared -> {
                shared.exporter().munmap(shared.vma());
                return "mapping it fails from here on";
            });
        } else if (operation instanceof VmaOperation.Zap op) {
            onVma(new Line(number, op.vma(), "zap"), op.vma(), shared -> {
                shared.exporter().zap(shared.vma());
                return "its importers were notified";
            });
        }
    }

    private void share(int number, VmaOperation.Share op) {
        run.kernel()
                .start(
                        new Line(number, op.vma(), "share"),
                        () -> shared(op),
                        shared -> "%s of %s".formatted(shared.vma().memory(), op.device()),
                        reply -> {
                            if (reply instanceof Reply.Done<Shared> made) {
                                vmas.put(op.vma(), made.value());
                            }
                        });
    }

    private Reply<Shared> shared(VmaOperation.Share op) {
        VmaP2p exporter = exporters.get(op.device());
        if (exporter == null || exporter.plug() != VmaP2p.Plug.PRESENT) {
            return Reply.refused(Errno.ENODEV, "%s is not in this machine".formatted(op.device()));
        }
        AddressRange bar = run.world()
                .seenAddress(op.device())
                .flatMap(address -> run.world().seen().function(address).bar(op.region()))
                .orElseThrow()
                .range();
        long length = op.length().orElse(bar.size() - op.offset());
        boolean pages = (op.offset() | length) % Kernel.PAGE_SIZE == 0 && length != 0;
        boolean inside = Long.compareUnsigned(op.offset(), bar.size()) < 0
                && Long.compareUnsigned(length, bar.size() - op.offset()) <= 0;
        if (!pages || !inside) {
            return Reply.refused(
                    Errno.EINVAL, "0x%x bytes at 0x%x are no whole pages of the BAR".formatted(length, op.offset()));
        }
        AddressRange memory = new AddressRange(bar.base() + op.offset(), length);
        return Reply.done(new Shared(
                op.device(),
                exporter,
                new VmaP2p.Vma(op.vma(), memory, op.shareable().orElse(true)),
                bar));
    }

    private void map(int number, VmaOperation.P2pMap op) {
        run.kernel()
                .start(
                        new Line(number, op.mapping(), "p2p-map"),
                        () -> vma(op.vma())
                                .then(shared -> shared.exporter()
                                        .map(shared.vma(), op.importer(), told -> invalidated(op.mapping()))
                                        .then(made -> {
                                            VmaMapping mapping = new VmaMapping(
                                                    op.mapping(),
                                                    op.importer(),
                                                    shared.device(),
                                                    shared.exporter(),
                                                    made);
                                            mappings.put(op.mapping(), mapping);
                                            return Reply.done(mapping);
                                        })),
                        mapping -> {
                            long pages = mapping.pages().size() / Kernel.PAGE_SIZE;
                            return "%d page%s at 0x%x"
                                    .formatted(
                                            pages,
                                            pages == 1 ? "" : "s",
                                            mapping.pages().base());
                        },
                        reply -> {});
    }

    private Reply<Shared> vma(String name) {
        Shared shared = vmas.get(name);
        return shared == null ? Reply.refused(Errno.EINVAL, "%s is not mapped".formatted(name)) : Reply.done(shared);
    }

    /** The importer's mmu notifier. */
    private void invalidated(String name) {
        VmaMapping mapping = mapping(name).orElseThrow();
        mapping.invalidated(run.engine().now());
        if (run.kernel().kernel().has(Bug.NEVER_UNMAPS)) {
            return;
        }
        List.copyOf(mapping.dma()).forEach(run.network()::stop);
        if (unmappedByTimeline.contains(name)) {
            return;
        }
        long ticks = run.world().device(mapping.importer()).unmapTime().orElse(0);
        int cause = run.kernel().kernel().current().cause();
        String thread = "p2p_unmap of " + name;
        run.kernel().startAfter(ticks, cause, thread, () -> unmapped(mapping), reply -> {});
    }

    /** The mapping of a name, live or not. */
    Optional<VmaMapping> mapping(String name) {
        return Optional.ofNullable(mappings.get(name));
    }

    private void unmap(int number, VmaOperation.P2pUnmap op) {
        run.kernel()
                .start(
                        new Line(number, op.mapping(), "p2p-unmap"),
                        () -> {
                            Optional<VmaMapping> live = mapping(op.mapping()).filter(VmaMapping::isLive);
                            return live.isPresent()
                                    ? unmapped(live.get())
                                    : Reply.refused(Errno.EINVAL, "%s is not mapped".formatted(op.mapping()));
                        },
                        mapping -> "the pages are given back",
                        reply -> {});
    }

    /** Once nothing of it is on its way. */
    private Reply<VmaMapping> unmapped(VmaMapping mapping) {
        boolean waits = mapping.dma().isEmpty() || !run.kernel().kernel().has(Bug.UNMAPS_WITH_DMA_IN_FLIGHT);
        if (waits) {
            List.copyOf(mapping.dma()).forEach(run.network()::stop);
        }
        return Reply.after(
                new Wait(
                        Wait.Kind.DMA,
                        "DMA through " + mapping.name(),
                        () -> !waits || mapping.dma().isEmpty(),
                        () -> List.copyOf(mapping.dma())),
                () -> {
                    if (mapping.isLive()) {
                        mapping.unmap();
                    }
                    return Reply.done(mapping);
                });
    }

    private void onVma(Line line, String vma, Function<Shared, String> what) {
        run.kernel()
                .start(line, () -> vma(vma).then(shared -> Reply.done(what.apply(shared))), done -> done, reply -> {});
    }

    /** Whether a device's file mappings may be mapped by peers. */
    boolean exports(String device) {
        return exporters.containsKey(device);
    }

    /** What a VMA shows moves to the next free place in its BAR. */
    void defragment(int number, String vma) {
        run.kernel()
                .start(
                        new Line(number, vma, "defragment"),
                        () -> vma(vma).then(shared -> {
                            Optional<AddressRange> place = freePlace(shared);
                            if (place.isEmpty()) {
                                return Reply.refused(Errno.ENOMEM, "there is no room to move %s to".formatted(vma));
                            }
                            shared.exporter().move(shared.vma(), place.get());
                            return Reply.done(place.get());
                        }),
                        place -> "it is at 0x%x now".formatted(place.base()),
                        reply -> {});
    }

    /** The first one behind where it is, around the end of the BAR, that no other VMA shows. */
    private Optional<AddressRange> freePlace(Shared shared) {
        AddressRange now = shared.vma().memory();
        List<AddressRange> taken = vmas.values().stream()
                .filter(other -> other.device().equals(shared.device()))
                .map(other -> other.vma().memory())
                .toList();
        long places = shared.bar().size() / now.size();
        long first = (now.base() - shared.bar().base()) / now.size();
        for (long i = 1; i < places; i++) {
            long base = shared.bar().base() + (first + i) % places * now.size();
            AddressRange place = new AddressRange(base, now.size());
            if (taken.stream().noneMatch(place::overlaps)) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /** Over when every importer has unmapped; until then the function answers. */
    void unplug(int number, DeviceOperation.Unplug op) {
        VmaP2p exporter = Optional.ofNullable(exporters.get(op.device())).orElseThrow();
        run.kernel()
                .start(
                        new Line(number, op.device(), "unplug"),
                        () -> exporter.plug() == VmaP2p.Plug.PRESENT
                                ? exporter.unplug()
                                : Reply.refused(Errno.ENODEV, "%s is unplugged".formatted(op.device())),
                        gone -> "it is gone",
                        reply -> {
                            if (reply instanceof Reply.Done<VmaP2p>) {
                                run.exporters().gone(op.device());
                            }
                        });
    }
}
