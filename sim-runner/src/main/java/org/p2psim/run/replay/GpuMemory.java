package org.p2psim.run.replay;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.exporter.Gpu;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.ownership.OwnedMemory;

/** What the buffers of GPUs own and hold, wherever they are. */
final class GpuMemory {
    /** VRAM that no BAR shows has no physical address: one that no BAR can have. */
    private static final long HIDDEN = 1L << 62;

    private static final long HIDDEN_OF_ONE = 1L << 48;

    private final OwnedMemory memory;
    private final List<Gpu> gpus;
    private final Map<GpuBuffer, AddressRange> places = new IdentityHashMap<>();

    /** @param from where it was, physical */
    record Move(GpuBuffer buffer, AddressRange from, AddressRange to) {}

    GpuMemory(OwnedMemory memory, ImmutableMap<String, Gpu> gpus) {
        this.memory = memory;
        this.gpus = new ArrayList<>(gpus.values());
    }

    /** Where a buffer is. */
    AddressRange place(Gpu gpu, GpuBuffer buffer) {
        long base = buffer.block().base();
        return new AddressRange(
                switch (buffer.place()) {
                    case VISIBLE_VRAM -> gpu.window().base() + base;
                    case GTT -> base;
                    case HIDDEN_VRAM -> HIDDEN + gpus.indexOf(gpu) * HIDDEN_OF_ONE + base;
                },
                buffer.size());
    }

    void created(Gpu gpu, GpuBuffer buffer) {
        AddressRange place = place(gpu, buffer);
        places.put(buffer, place);
        memory.assign(place, buffer.name());
    }

    /** A move has begun: the buffer owns its new place, and has its old one until the copy is over. */
    Move moved(Gpu gpu, GpuBuffer buffer) {
        AddressRange to = place(gpu, buffer);
        AddressRange from = places.getOrDefault(buffer, to);
        places.put(buffer, to);
        memory.assign(to, buffer.name());
        return new Move(buffer, from, to);
    }

    /** The copy of a move is over. */
    void copied(Move move) {
        if (!move.from().equals(move.to())) {
            memory.copy(move.from(), move.to());
            memory.clear(move.from());
            memory.free(move.from());
        }
    }

    void freed(GpuBuffer buffer, AddressRange place) {
        places.remove(buffer);
        memory.free(place);
    }
}
