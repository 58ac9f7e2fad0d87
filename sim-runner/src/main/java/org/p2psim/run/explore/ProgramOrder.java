package org.p2psim.run.explore;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.scenario.CpuOperation;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.OperationParts;
import org.p2psim.scenario.Plan;

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
 *   <li>The steps of a driver with an attachment of its own stay in order: attach, pin, map, unmap, unpin, detach. The DMA
 *       of its device does not.
 *   <li>Memory of a device that is closed gets another owner no sooner after the close than the file says.
 * </ul>
 *
 * <p>Everything else may change places: regions, DMA, resets, moves, revocations, and all of these with the above.
 */
final class ProgramOrder {
    private final ImmutableSet<String> devices;
    private final ImmutableList<ImmutableList<Behind>> lines;

    ProgramOrder(Plan plan) {
        this.devices = ImmutableSet.copyOf(plan.devices().keySet());
        this.lines = lines(plan.timeline());
    }

    /**
     * A line stays behind another.
     *
     * @param line number of the other one, which is earlier in the file
     * @param distance ticks that it comes later at least
     */
    record Behind(int line, long distance) {}

    /** Which lines the one with this number stays behind. */
    ImmutableList<Behind> behind(int line) {
        return lines.get(line);
    }

    private ImmutableList<ImmutableList<Behind>> lines(List<Operation> timeline) {
        Map<String, Integer> makers = new HashMap<>();
        Map<String, List<Integer>> files = new HashMap<>();
        Map<String, String> devicesOfHandles = new HashMap<>();
        ImmutableList.Builder<ImmutableList<Behind>> all = ImmutableList.builder();
        for (int i = 0; i < timeline.size(); i++) {
            Operation operation = timeline.get(i);
            ImmutableList.Builder<Behind> behind = ImmutableList.builder();
            for (String object : Sets.difference(OperationParts.names(operation), devices)) {
                Optional.ofNullable(makers.putIfAbsent(object, i)).ifPresent(maker -> behind.add(new Behind(maker, 0)));
            }
            if (operation instanceof MemoryOperation.Allocate op) {
                devicesOfHandles.put(op.handle(), op.from());
            }
            Optional<String> file = file(operation, devicesOfHandles);
            if (file.isPresent()) {
                List<Integer> before = files.computeIfAbsent(file.get(), name -> new ArrayList<>());
                before.stream()
                        .filter(line -> staysBehind(operation, timeline.get(line)))
                        .forEach(line -> behind.add(new Behind(line, distance(operation, timeline.get(line)))));
                before.add(i);
            }
            all.add(behind.build());
        }
        return all.build();
    }

    /** The device, descriptor or attachment whose lines stay in order. */
    private static Optional<String> file(Operation operation, Map<String, String> devicesOfHandles) {
        if (operation instanceof DeviceOperation.OpenDevice op) {
            return Optional.of(op.device());
        } else if (operation instanceof DeviceOperation.CloseDevice op) {
            return Optional.of(op.device());
        } else if (operation instanceof DmaBufOperation.Export op) {
            return Optional.of(op.from());
        } else if (operation instanceof MemoryOperation.Allocate op) {
            return Optional.of(op.from());
        } else if (operation instanceof MemoryOperation.Free op) {
            return Optional.ofNullable(devicesOfHandles.get(op.handle()));
        } else if (operation instanceof MemoryOperation.Access op) {
            return Optional.of(op.device());
        } else if (operation instanceof MemoryOperation.Assign op) {
            return Optional.of(op.device());
        } else if (operation instanceof DmaBufOperation.Close op) {
            return Optional.of(op.dmaBuf());
        } else if (operation instanceof CpuOperation.OfDmaBuf op) {
            return Optional.of(op.dmaBuf());
        } else if (operation instanceof DmaBufOperation.OfAttachment op) {
            return Optional.of(op.attachment());
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
