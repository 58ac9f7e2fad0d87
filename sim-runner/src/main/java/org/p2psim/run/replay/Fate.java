package org.p2psim.run.replay;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.scenario.Expectation;

/** What became of the bytes of one DMA. */
public final class Fate {
    /** Of a DMA that never set out. */
    public static final Fate NONE = new Fate();

    private final Map<String, Long> landed = new LinkedHashMap<>();
    private final Map<String, Long> landedIn = new LinkedHashMap<>();
    private final Map<String, Long> data = new LinkedHashMap<>();
    private long dropped;
    private long blocked;
    private Optional<WorkCompletion.Status> status = Optional.empty();

    void landed(String owner, String where, long bytes) {
        landed.merge(owner, bytes, Long::sum);
        landedIn.merge(where, bytes, Long::sum);
    }

    /** A read has found what some memory holds now. */
    void read(OwnedMemory memory, AddressRange range) {
        long left = range.size();
        for (Map.Entry<String, Long> tag : memory.bytesByTag(range).entrySet()) {
            data.merge(tag.getKey(), tag.getValue(), Long::sum);
            left -= tag.getValue();
        }
        if (left > 0) {
            data.merge(Expectation.Dma.NOBODY, left, Long::sum);
        }
    }

    void dropped(long bytes) {
        dropped += bytes;
    }

    void blocked(long bytes) {
        blocked += bytes;
    }

    void ended(WorkCompletion.Status itsStatus) {
        status = Optional.of(itsStatus);
    }

    /** Bytes by whom they belonged to when they landed there. */
    public ImmutableMap<String, Long> landed() {
        return ImmutableMap.copyOf(landed);
    }

    /** Bytes by the dma-buf that they landed in. */
    public ImmutableMap<String, Long> landedIn() {
        return ImmutableMap.copyOf(landedIn);
    }

    /** Bytes that were read, by whose data they are. */
    public ImmutableMap<String, Long> data() {
        return ImmutableMap.copyOf(data);
    }

    /** Bytes that the target did not take. */
    public long dropped() {
        return dropped;
    }

    /** Bytes that an IOMMU stopped. */
    public long blocked() {
        return blocked;
    }

    /** Of its work completion, if it has one. */
    public Optional<WorkCompletion.Status> status() {
        return status;
    }
}
