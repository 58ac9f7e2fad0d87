package org.p2psim.dmabuf.exporter;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Fence;
import org.p2psim.dmabuf.exporter.GpuBuffer.Place;

/** Where a GPU's buffers can lie, and which of that is taken: VRAM by offset, system memory by physical address. */
final class GpuPlaces {
    private final AddressRange visible;
    private final Optional<AddressRange> hidden;
    private final AddressRange systemMemory;
    private final Blocks vramBlocks = new Blocks();
    private final Blocks systemBlocks = new Blocks();

    /**
     * @param window how much of the VRAM the BAR shows, bytes
     * @param vram all of it, bytes, no less
     */
    GpuPlaces(long window, long vram, AddressRange systemMemory) {
        this.visible = new AddressRange(0, window);
        this.hidden = vram == window ? Optional.empty() : Optional.of(new AddressRange(window, vram - window));
        this.systemMemory = systemMemory;
    }

    /** A block of a place; empty if none is left. */
    Optional<AddressRange> take(Place place, long size) {
        return switch (place) {
            case VISIBLE_VRAM -> vramBlocks.take(visible, size);
            case HIDDEN_VRAM -> hidden.flatMap(memory -> vramBlocks.take(memory, size));
            case GTT -> systemBlocks.take(systemMemory, size);
        };
    }

    /** A block of VRAM, outside of the window as long as there is room and the window is not asked for. */
    Optional<AddressRange> vram(long size, boolean inWindow) {
        Optional<AddressRange> outside = inWindow ? Optional.empty() : take(Place.HIDDEN_VRAM, size);
        return outside.or(() -> take(Place.VISIBLE_VRAM, size));
    }

    /** The place that a block of VRAM is of. */
    Place of(AddressRange block) {
        return visible.contains(block) ? Place.VISIBLE_VRAM : Place.HIDDEN_VRAM;
    }

    /** @param uses what must be over before anybody else gets the block */
    void give(Place place, AddressRange block, String user, List<Fence> uses) {
        (place == Place.GTT ? systemBlocks : vramBlocks).give(block, user, uses);
    }

    /** Whose blocks somebody else got while they were still in use. */
    ImmutableList<String> takenEarly() {
        return ImmutableList.<String>builder()
                .addAll(vramBlocks.takenEarly())
                .addAll(systemBlocks.takenEarly())
                .build();
    }
}
