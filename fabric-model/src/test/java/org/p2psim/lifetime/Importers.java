package org.p2psim.lifetime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.FenceUsage;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.InFlight;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.MoveNotify;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.importer.Access;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.IommufdArea;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.NvmeToken;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.dmabuf.importer.SoftwareRdma;
import org.p2psim.dmabuf.importer.WorkRequest;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.RegionChecks;
import org.p2psim.unit.Bytes;

/** Every kind of importer, and what their users do with them. */
final class Importers {
    private static final long[] SEGMENTS = {2 * Bytes.GIB, 64 * Bytes.KIB, 12288, 4096, 6000};

    private final Lifetime life;
    private final ExportingDevice device;
    private final List<RdmaNic> nics = new ArrayList<>();
    private final List<MemoryRegion> regions = new ArrayList<>();
    private final List<Plain> plain = new ArrayList<>();
    private final List<Token> tokens = new ArrayList<>();
    private final List<Area> areas = new ArrayList<>();

    /** A driver that attaches for itself, with or without callbacks. */
    private final class Plain {
        private final InFlight dma;
        private final boolean maps;
        private Optional<Attachment> attachment = Optional.empty();
        private boolean usable;
        private boolean busy;

        Plain(String name, boolean maps) {
            dma = new InFlight(name);
            this.maps = maps;
        }

        @Override
        public String toString() {
            return attachment.map(Attachment::name).orElse("nothing");
        }

        /** It gives its mapping back once nothing of its own is on the wire. */
        Reply<Attachment> told(Attachment told) {
            usable = false;
            if (told.mapping().isEmpty()) {
                return Reply.done(told);
            }
            return dma.whenDrained(() -> {
                told.unmap();
                return Reply.done(told);
            });
        }

        Reply<SgTable> map() {
            Attachment made = attachment.orElseThrow();
            return made.dmaBuf()
                    .reservation()
                    .lock()
                    .around(() -> made.mapping().isPresent()
                            ? Reply.done(made.mapping().get())
                            : made.map()
                                    .then(table -> made.dmaBuf().reservation().whenSignalled(FenceUsage.KERNEL, () -> {
                                        usable = made.mapping().isPresent();
                                        return Reply.done(table);
                                    })));
        }

        Reply<Attachment> unmap() {
            Attachment made = attachment.orElseThrow();
            usable = false;
            return made.dmaBuf()
                    .reservation()
                    .lock()
                    .around(() -> dma.whenDrained(() -> {
                        if (made.mapping().isPresent()) {
                            made.unmap();
                        }
                        return Reply.done(made);
                    }));
        }

        Reply<Attachment> detach() {
            Attachment made = attachment.orElseThrow();
            return unmap().then(done -> made.dmaBuf().detach(made)).then(done -> {
                made.dmaBuf().put();
                return Reply.done(made);
            });
        }
    }

    private record Token(NvmeToken token, Attachment attachment) {}

    private record Area(IommufdArea area, DmaBuf dmaBuf) {}

    Importers(Lifetime life, ExportingDevice device) {
        this.life = life;
        this.device = device;
        for (int x = 0; x < 2; x++) {
            List<RdmaFlavour> flavours = Arrays.stream(RdmaFlavour.values())
                    .filter(flavour -> flavour.isIn(life.release))
                    .toList();
            Optional<RdmaFlavour> flavour = flavours.isEmpty() ? Optional.empty() : Optional.of(life.any(flavours));
            nics.add(new RdmaNic(importer(x, true), flavour, life.kernel));
        }
    }

    private Importer importer(int x, boolean dynamic) {
        Importer known = Machine.importer(x);
        boolean peers = dynamic && life.random.nextInt(4) != 0;
        long segment = SEGMENTS[life.random.nextInt(SEGMENTS.length)];
        return new Importer(known.name(), known.function(), dynamic, peers, segment);
    }

    List<RdmaNic> nics() {
        return nics;
    }

    boolean haveNothing() {
        return regions.isEmpty() && plain.isEmpty() && tokens.isEmpty() && areas.isEmpty();
    }

    void step() {
        switch (life.random.nextInt(14)) {
            case 0, 1, 2 -> register();
            case 3 -> region().ifPresent(this::deregister);
            case 4 -> region().ifPresent(region -> life.start("fault", region::fault));
            case 5, 6, 7 -> region().ifPresent(this::access);
            case 8 ->
                region().ifPresent(region ->
                        life.start("revoke " + region.name(), () -> region.nic().revoke(region)));
            case 9, 10 -> plainStep();
            case 11 -> nvmeStep();
            case 12 -> iommufdStep();
            default -> cpuStep();
        }
    }

    private Optional<DmaBuf> dmaBuf() {
        List<DmaBuf> open = life.dmaBufs.stream().filter(DmaBuf::hasDescriptor).toList();
        return open.isEmpty() ? Optional.empty() : Optional.of(life.any(open));
    }

    private Optional<MemoryRegion> region() {
        return regions.isEmpty() ? Optional.empty() : Optional.of(life.any(regions));
    }

    private void register() {
        dmaBuf().ifPresent(dmaBuf -> {
            RdmaNic nic = life.any(nics);
            long pages = Math.max(1, dmaBuf.size() / Kernel.PAGE_SIZE);
            long offset = Kernel.PAGE_SIZE * life.random.nextLong(pages);
            MemoryRegion.Request request = life.random.nextBoolean()
                    ? Machine.whole(life.name("mr"), dmaBuf)
                    : new MemoryRegion.Request(
                            life.name("mr"),
                            offset,
                            dmaBuf.size() - offset,
                            offset,
                            Set.of(AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_WRITE));
            life.kernel.start("register " + request.name(), () -> nic.register(request, dmaBuf), reply -> {
                if (reply instanceof Reply.Done<MemoryRegion> done) {
                    regions.add(done.value());
                }
            });
        });
    }

    private void deregister(MemoryRegion region) {
        regions.remove(region);
        life.start("deregister " + region.name(), region::deregister);
    }

    /** A peer's work request, on a queue pair of its own. */
    private void access(MemoryRegion region) {
        QueuePair queuePair = new QueuePair("qp of " + region.name(), QueuePair.RNR_RETRIES_FOR_EVER);
        boolean remote = life.random.nextBoolean();
        queuePair.post(new WorkRequest(
                "wr", region.nic(), region.key(), AccessFlag.REMOTE_WRITE, remote, 0, Kernel.PAGE_SIZE));
        boolean revoked = region.state() == MemoryRegion.State.REVOKED;
        Access access = queuePair.access();
        if (revoked) {
            life.found(RegionChecks.refused(queuePair, access));
        }
        if (access instanceof Access.Granted granted) {
            MemoryRegion reached = granted.region();
            life.found(RegionChecks.issue(reached));
            reached.dma().issued();
            life.issue(reached.attachment(), reached.translation().orElseThrow(), reached.dma()::over);
        } else if (access instanceof Access.Faults) {
            life.start("fault", region::fault);
        }
    }

    private void plainStep() {
        List<Plain> free = plain.stream().filter(each -> !each.busy).toList();
        if (free.isEmpty() || life.random.nextInt(4) == 0) {
            dmaBuf().ifPresent(this::attach);
            return;
        }
        Plain chosen = life.any(free);
        switch (life.random.nextInt(5)) {
            case 0 -> {
                if (chosen.maps) {
                    start(chosen, "map", chosen::map);
                }
            }
            case 1 -> start(chosen, "unmap", chosen::unmap);
            case 2 -> detach(chosen);
            default -> {
                if (chosen.usable) {
                    chosen.dma.issued();
                    Attachment attachment = chosen.attachment.orElseThrow();
                    life.issue(attachment, attachment.mapping().orElseThrow(), chosen.dma::over);
                }
            }
        }
    }

    private <T> void start(Plain chosen, String what, Supplier<Reply<T>> operation) {
        chosen.busy = true;
        life.kernel.start(what + " " + chosen, operation, reply -> chosen.busy = false);
    }

    private void attach(DmaBuf dmaBuf) {
        Importer importer = importer(2, life.random.nextInt(3) != 0);
        boolean told = importer.dynamic() && !(life.kernel.core().callbackOptional() && life.random.nextInt(4) == 0);
        // who is not told of moves has to pin before he maps, and this one does neither
        Plain made = new Plain(life.name("plain"), told || !importer.dynamic());
        Optional<MoveNotify> notify = told ? Optional.of(made::told) : Optional.empty();
        life.kernel.start(
                "attach " + importer.name(),
                () -> dmaBuf.get()
                        .then(held -> held.attach(importer, notify).undo(() -> {
                            held.put();
                            return Reply.done(held);
                        })),
                reply -> {
                    if (reply instanceof Reply.Done<Attachment> done) {
                        made.attachment = Optional.of(done.value());
                        plain.add(made);
                    }
                });
    }

    private void detach(Plain chosen) {
        plain.remove(chosen);
        life.start("detach " + chosen, chosen::detach);
    }

    private void nvmeStep() {
        if (!device.takesRetiredMappings()) {
            return;
        }
        if (tokens.isEmpty() || life.random.nextInt(4) == 0) {
            dmaBuf().ifPresent(this::register);
        } else if (life.random.nextInt(4) == 0) {
            unregister(life.any(tokens));
        } else {
            Token token = life.any(tokens);
            life.kernel.start("begin", () -> token.token().begin(life.name("request")), reply -> {
                if (reply instanceof Reply.Done<NvmeToken.Request> done) {
                    life.issue(token.attachment(), done.value().table(), done.value()::completed);
                }
            });
        }
    }

    private void register(DmaBuf dmaBuf) {
        Importer nvme = importer(2, true);
        life.kernel.start("register token", () -> NvmeToken.register(dmaBuf, nvme), reply -> {
            if (reply instanceof Reply.Done<NvmeToken> done) {
                tokens.add(new Token(done.value(), dmaBuf.attachments().get(0)));
            }
        });
    }

    private void unregister(Token token) {
        tokens.remove(token);
        life.start("unregister token", token.token()::unregister);
    }

    private void iommufdStep() {
        if (areas.isEmpty() || life.random.nextInt(3) == 0) {
            dmaBuf().ifPresent(dmaBuf -> {
                Importer known = Machine.importer(2);
                Importer iommufd = new Importer("iommufd", known.function(), true, true, 2 * Bytes.GIB);
                life.kernel.start("map area", () -> IommufdArea.map(dmaBuf, iommufd, 0, Kernel.PAGE_SIZE), reply -> {
                    if (reply instanceof Reply.Done<IommufdArea> done) {
                        areas.add(new Area(done.value(), dmaBuf));
                    }
                });
            });
        } else {
            unmap(life.any(areas));
        }
    }

    private void unmap(Area area) {
        areas.remove(area);
        life.start("unmap area", area.area()::unmap);
    }

    private void cpuStep() {
        SoftwareRdma software = new SoftwareRdma("rxe");
        dmaBuf().ifPresent(dmaBuf -> {
            if (life.random.nextInt(4) == 0) {
                SoftwareRdma.Refusal[] refusals = SoftwareRdma.Refusal.values();
                life.start("register", () -> software.register(dmaBuf, refusals[life.random.nextInt(refusals.length)]));
                return;
            }
            boolean write = life.random.nextBoolean();
            life.start(
                    "cpu access",
                    () -> dmaBuf.get().then(held -> software.access(held, write).atEnd(held::put)));
        });
    }

    void check() {
        nics.forEach(nic -> life.found(RegionChecks.check(nic)));
        for (Area area : areas) {
            if (area.area().memory().isPresent() && device.stopped(area.dmaBuf())) {
                life.found(Invariant.NO_MAPPING_WHILE_REVOKED, "area", "reaches memory that was revoked");
            }
        }
    }

    /** Everybody lets go of what he has. */
    void letGo() {
        List.copyOf(regions).forEach(this::deregister);
        plain.stream().filter(each -> !each.busy).toList().forEach(this::detach);
        List.copyOf(tokens).forEach(this::unregister);
        List.copyOf(areas).forEach(this::unmap);
    }
}
