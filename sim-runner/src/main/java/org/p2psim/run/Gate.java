package org.p2psim.run;

import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.scenario.Driver;

/** What an exporting driver adds to the kernel's verdict. */
final class Gate {
    private static final String FOLLOWS = "follows the kernel";

    private Gate() {}

    /** Of a device whose driver no profile tells anything of. */
    static LayerAnswer notKnown() {
        return answer("not known", "No vendor profile is applied: drivers may refuse for reasons of their own.");
    }

    /** @param exports whether dma-bufs of it are imported: only habanalabs has no other way to lend its memory */
    static LayerAnswer of(Driver driver, boolean exports) {
        if (driver instanceof Driver.Habanalabs) {
            return habanalabs();
        } else if (!exports) {
            return notKnown();
        } else if (driver instanceof Driver.Vfio vfio) {
            return of(vfio.profile());
        } else if (driver instanceof Driver.Gpu gpu) {
            return of(gpu.profile().driver());
        }
        return notKnown();
    }

    private static LayerAnswer habanalabs() {
        return answer(
                FOLLOWS,
                "habanalabs looks at pci_p2pdma_distance() when a device attaches, and at nothing else. It maps with"
                        + " dma_map_resource(): an IOVA where the IOMMU translates, whatever the map type.");
    }

    private static LayerAnswer of(VfioProfile profile) {
        return switch (profile) {
            case RFC ->
                answer(
                        FOLLOWS,
                        "vfio-pci as posted in 2022 looks at pci_p2pdma_distance_many() when a device attaches, refuses to"
                                + " map without a route (-EPERM), and refuses to pin (-EINVAL).");
            case V6_19 -> merged("and it refuses to pin (-EOPNOTSUPP)");
            case V7_1_RC, V7_1 ->
                merged("and it refuses importers that cannot be revoked when they attach (-EOPNOTSUPP)");
        };
    }

    private static LayerAnswer merged(String pins) {
        return answer(
                FOLLOWS,
                "vfio-pci takes importers of peer memory only (-EOPNOTSUPP at attach), asks for the route when it maps (bus"
                        + " addresses below one switch, an IOVA through host bridges, else -EINVAL), " + pins + ".");
    }

    private static LayerAnswer of(GpuProfile.Driver driver) {
        return switch (driver) {
            case AMDGPU ->
                answer(
                        "moves instead",
                        "amdgpu looks at pci_p2pdma_distance() when a device attaches; a buffer without a route it moves to"
                                + " system memory when it is mapped.");
            case XE ->
                answer(
                        "moves instead",
                        "xe looks at pci_p2pdma_distance() when a device attaches; a buffer without a route it moves to"
                                + " system memory when it is mapped, and refuses if it can live in VRAM only"
                                + " (-EOPNOTSUPP at attach).");
            case NOUVEAU -> answer("not peer to peer", "nouveau lends out system memory only.");
        };
    }

    private static LayerAnswer answer(String verdict, String sentence) {
        return new LayerAnswer(Layer.GATE, verdict, sentence);
    }
}
