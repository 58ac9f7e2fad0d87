package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.p2psim.dmabuf.Bug;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRelease;

/** The dma-buf exporter of vfio-pci as it was posted and merged (drivers/vfio/pci/vfio_pci_dmabuf.c). */
public enum VfioProfile {
    /** "vfio: Allow the exporting of MMIO regions as dma-buf", August 2022; in no release. */
    RFC(
            Optional.of(Errno.EINVAL),
            false,
            Bug.REVOKED_INVERTED,
            Bug.BAR_INDEX_NOT_STORED,
            Bug.ORIG_NENTS_NOT_RESTORED,
            Bug.OFFSET_OF_32_BITS,
            Bug.OFFSET_WITHOUT_LENGTH,
            Bug.DEVICE_USED_AFTER_CLOSE,
            Bug.DESCRIPTOR_FAILURE_LEAKS,
            Bug.SEGMENT_SIZE_TAKEN_RAW,
            Bug.DISABLED_BEFORE_REVOKED),
    /** As merged in 6.19: revokes without waiting, refuses to pin. */
    V6_19(Optional.of(Errno.EOPNOTSUPP), false, Bug.DESCRIPTOR_FAILURE_PUTS_TWICE, Bug.DISABLED_BEFORE_REVOKED),
    /** Candidates of 7.1: waits for fences and unmapping, and takes pinned importers that can be revoked. */
    V7_1_RC(Optional.empty(), true, Bug.MAPPINGS_PUT_TWICE, Bug.DISABLED_BEFORE_REVOKED),
    /** 7.1 with the posted fix of close: revoked first, disabled then. */
    V7_1(Optional.empty(), true);

    private final Optional<Errno> pinRefusal;
    private final boolean waits;
    private final ImmutableSet<Bug> bugs;

    VfioProfile(Optional<Errno> pinRefusal, boolean waits, Bug... bugs) {
        this.pinRefusal = pinRefusal;
        this.waits = waits;
        this.bugs = ImmutableSet.copyOf(bugs);
    }

    /** The exporter of a release; empty if it has none. */
    public static Optional<VfioProfile> of(KernelRelease release) {
        if (KernelFeature.VFIO_PCI_DMABUF_WAITS.isIn(release)) {
            return Optional.of(V7_1);
        }
        return KernelFeature.VFIO_PCI_DMABUF.isIn(release) ? Optional.of(V6_19) : Optional.empty();
    }

    /** What its pin callback answers; empty if it has none, so that the core takes every pin. */
    Optional<Errno> pinRefusal() {
        return pinRefusal;
    }

    /** Whether a revocation waits for fences and unmapping, so that only importers who can follow may attach. */
    boolean waits() {
        return waits;
    }

    /** What reviewers and later fixes found wrong with it. */
    public ImmutableSet<Bug> bugs() {
        return bugs;
    }
}
