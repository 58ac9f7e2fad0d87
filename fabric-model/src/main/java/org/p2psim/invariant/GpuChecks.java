package org.p2psim.invariant;

import com.google.common.collect.ImmutableList;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.VmaP2p;

/** What must hold of the memory of a GPU. */
public final class GpuChecks {
    private GpuChecks() {}

    /** I-10, I-15, I-18, I-36 and I-37. */
    public static ImmutableList<Violation> check(Gpu gpu) {
        Violations violations = new Violations();
        for (Attachment attachment : gpu.mappedWrongly()) {
            GpuBuffer buffer = (GpuBuffer) attachment.dmaBuf().exporter();
            violations.require(
                    Invariant.GPU_PLACED,
                    false,
                    attachment.name(),
                    () -> "maps %s in %s".formatted(buffer.name(), buffer.place()));
            violations.require(
                    Invariant.PEER_TO_PEER_ALLOWED,
                    attachment.peer2peer(),
                    attachment.name(),
                    () -> "is handed addresses of %s in %s without the peer-to-peer flag"
                            .formatted(buffer.name(), buffer.place()));
        }
        gpu.reusedEarly()
                .forEach(name -> violations.require(
                        Invariant.REUSE_WAITS,
                        false,
                        name,
                        () -> "another buffer gets its memory before its fences are signalled"));
        gpu.miscounted().forEach((name, what) -> violations.require(Invariant.PINNED_CHARGED, false, name, () -> what));
        for (GpuBuffer buffer : gpu.buffers()) {
            violations.require(
                    Invariant.PINNED_STAYS, buffer.staysPinned(), buffer.name(), () -> "moved while it is pinned");
        }
        return violations.found();
    }

    /** I-35, as far as it needs no DMA. */
    public static ImmutableList<Violation> check(VmaP2p exporter) {
        Violations violations = new Violations();
        exporter.unpredictable()
                .forEach(what -> violations.require(
                        Invariant.PREDICTABLE,
                        false,
                        what,
                        () -> "refused though it worked before and nothing changed"));
        return violations.found();
    }
}
