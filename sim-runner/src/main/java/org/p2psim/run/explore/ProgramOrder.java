package org.p2psim.run.explore;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.scenario.CpuOperation;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.OperationParts;

/**
 * Which lines cannot come in another order, because one program does them one after the other, or because one hands to
 * the other what it needs:
 *
 * <ul>
 *   <li>A line stays behind the first one that names an object of its own, which is the one that makes it.
 *   <li>What is done with the file of a device stays in order: open, close, export, allocate, free, what its user reads
 *       and writes in its memory, and who gets a part of it next. To open it is open to everybody: only what the same
 *       user did before stays before.
 *   <li>What is done with the descriptor of a dma-buf stays in order: CPU access and its end, and close.
 *   <li>Memory of a device that is closed gets another owner no sooner after the close than the file says.
 * </ul>
 *
 * <p>Everything else may change places: importers, DMA, resets, moves, revocations, and all of these with the above.
 */
final class ProgramOrder {
    private final ImmutableSet<String> devices;
    private final Map<String, Placed> makers = new HashMap<>();
    private final Map<String, List<Placed>> files = new HashMap<>();
    private final Map<String, String> deviceOfHandle = new HashMap<>();

    /** @param devices names that no line makes */
    ProgramOrder(Set<String> devices) {
        this.devices = ImmutableSet.copyOf(devices);
    }

    /** Where a line must not come before: at that time, and at that time behind that rank. */
    record Earliest(long at, double rank) {
        private Earliest and(long otherAt, double otherRank) {
            return new Earliest(Math.max(at, otherAt), Math.max(rank, otherRank));
        }
    }

    /** A line with its new place. */
    record Placed(Operation operation, long at, double rank) {}

    /** Where the next line of the file must not come before. */
    Earliest earliest(Operation operation) {
        Earliest earliest = new Earliest(0, 0);
        for (String object : objects(operation)) {
            Placed maker = makers.get(object);
            if (maker != null) {
                earliest = earliest.and(maker.at(), maker.rank());
            }
        }
        for (Placed before : file(operation).map(files::get).orElse(List.of())) {
            if (staysBehind(operation, before.operation())) {
                earliest = earliest.and(before.at() + distance(operation, before.operation()), before.rank());
            }
        }
        return earliest;
    }

    /** The next line of the file has its place. */
    void add(Placed placed) {
        objects(placed.operation()).forEach(object -> makers.putIfAbsent(object, placed));
        file(placed.operation()).ifPresent(file -> files.computeIfAbsent(file, name -> new ArrayList<>())
                .add(placed));
    }

    private Set<String> objects(Operation operation) {
        Set<String> objects = new HashSet<>(OperationParts.names(operation));
        objects.removeAll(devices);
        return objects;
    }

    /** The device or descriptor whose lines stay in order. */
    private Optional<String> file(Operation operation) {
        if (operation instanceof DeviceOperation.OpenDevice op) {
            return Optional.of(op.device());
        } else if (operation instanceof DeviceOperation.CloseDevice op) {
            return Optional.of(op.device());
        } else if (operation instanceof DmaBufOperation.Export op) {
            return Optional.of(op.from());
        } else if (operation instanceof MemoryOperation.Allocate op) {
            deviceOfHandle.put(op.handle(), op.from());
            return Optional.of(op.from());
        } else if (operation instanceof MemoryOperation.Free op) {
            return Optional.ofNullable(deviceOfHandle.get(op.handle()));
        } else if (operation instanceof MemoryOperation.WriteMemory op) {
            return Optional.of(op.device());
        } else if (operation instanceof MemoryOperation.ReadMemory op) {
            return Optional.of(op.device());
        } else if (operation instanceof MemoryOperation.Assign op) {
            return Optional.of(op.device());
        } else if (operation instanceof DmaBufOperation.Close op) {
            return Optional.of(op.dmaBuf());
        } else if (operation instanceof CpuOperation.OfDmaBuf op) {
            return Optional.of(op.dmaBuf());
        }
        return Optional.empty();
    }

    private static boolean staysBehind(Operation later, Operation earlier) {
        if (later instanceof DeviceOperation.OpenDevice opens) {
            return OperationParts.names(earlier).contains(opens.user());
        }
        return true;
    }

    private static long distance(Operation later, Operation earlier) {
        return later instanceof MemoryOperation.Assign && earlier instanceof DeviceOperation.CloseDevice
                ? later.at() - earlier.at()
                : 0;
    }
}
