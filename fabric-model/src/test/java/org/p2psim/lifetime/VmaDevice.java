package org.p2psim.lifetime;

import java.util.ArrayList;
import java.util.List;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.VmaP2p;
import org.p2psim.invariant.GpuChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.unit.Bytes;

/** A device of the proposal of 2019: its importers are told by notifiers, and it has no dma-bufs. */
final class VmaDevice extends ExportingDevice {
    private static final AddressRange BAR = new AddressRange(0x3700_0000_0000L, Bytes.MIB);

    private final VmaP2p exporter;
    private final List<VmaP2p.Vma> vmas = new ArrayList<>();
    private final List<VmaP2p.Mapping> mappings = new ArrayList<>();

    VmaDevice(Lifetime life) {
        super(life);
        exporter = new VmaP2p("x0", life.kernel);
        for (int i = 0; i < 3; i++) {
            vmas.add(new VmaP2p.Vma(life.name("vma"), anyPage(), i != 0));
        }
    }

    private AddressRange anyPage() {
        return new AddressRange(BAR.base() + life.random.nextInt(16) * Kernel.PAGE_SIZE, Kernel.PAGE_SIZE);
    }

    @Override
    void step() {
        VmaP2p.Vma vma = life.any(vmas);
        switch (life.random.nextInt(12)) {
            case 0, 1, 2, 3 -> map(vma);
            case 4, 5 -> unmapOne();
            case 6 -> exporter.zap(vma);
            case 7 -> exporter.move(vma, anyPage());
            case 8 -> vma.share(life.random.nextBoolean());
            case 9 -> {
                if (life.random.nextInt(8) == 0) {
                    exporter.munmap(vma);
                }
            }
            case 10 -> {
                if (life.random.nextInt(16) == 0 && exporter.plug() == VmaP2p.Plug.PRESENT) {
                    life.start("unplug", exporter::unplug);
                }
            }
            default -> vmas.add(new VmaP2p.Vma(life.name("vma"), anyPage(), true));
        }
    }

    private void map(VmaP2p.Vma vma) {
        String importer = "g" + life.random.nextInt(2);
        if (exporter.map(vma, importer, mapping -> {}) instanceof Reply.Done<VmaP2p.Mapping> done) {
            mappings.add(done.value());
        }
    }

    private void unmapOne() {
        if (!mappings.isEmpty()) {
            exporter.unmap(mappings.remove(life.random.nextInt(mappings.size())));
            life.kernel.poll();
        }
    }

    @Override
    void comeToAnEnd() {
        while (!mappings.isEmpty()) {
            unmapOne();
        }
    }

    @Override
    boolean covers(AddressRange memory) {
        return BAR.overlaps(memory);
    }

    @Override
    List<AddressRange> exported(DmaBuf dmaBuf) {
        return List.of();
    }

    @Override
    void check(boolean quiet) {
        life.found(GpuChecks.check(exporter));
        if (exporter.plug() == VmaP2p.Plug.GONE && !mappings.isEmpty()) {
            life.found(Invariant.PREDICTABLE, "x0", "it is gone, and importers have its pages");
        }
    }
}
