package org.p2psim.scenario.assembly;

import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.unit.Bytes;

/** What must hold of memory that is allocated, exported, moved, written and given to others. */
final class MemoryRules {
    private static final long SMALLEST_PAGE = 4096;
    private static final long MOST_PAGES = 65536;

    private final List<Operation> timeline;
    private final Made made;
    private final DeviceRoles roles;
    private final List<Finding> findings;

    MemoryRules(List<Operation> timeline, Made made, DeviceRoles roles, List<Finding> findings) {
        this.timeline = timeline;
        this.made = made;
        this.roles = roles;
        this.findings = findings;
    }

    private void find(String pointer, String rule, String message) {
        findings.add(Finding.at(pointer, rule, message));
    }

    void check(MemoryOperation operation, String pointer) {
        if (operation instanceof MemoryOperation.Allocate op) {
            allocate(op, pointer);
        } else if (operation instanceof MemoryOperation.Free op) {
            made.refer(Made.Kind.HANDLE, op.handle(), pointer);
        } else if (operation instanceof MemoryOperation.Evict op) {
            buffer(op.handle(), pointer);
        } else if (operation instanceof MemoryOperation.Defragment op) {
            op.handle().ifPresent(handle -> buffer(handle, pointer));
            op.vma().ifPresent(vma -> made.refer(Made.Kind.VMA, vma, pointer));
        } else if (operation instanceof MemoryOperation.Access op) {
            place(op, pointer);
            op.region().ifPresent(region -> part(op.device(), region, op.offset(), op.size(), pointer));
        } else if (operation instanceof MemoryOperation.Assign op) {
            roles.usable(op.device(), pointer + "/device");
            part(op.device(), op.region(), op.offset(), op.size(), pointer);
        }
    }

    /** A part of a region that is there. */
    private void part(String device, int region, long offset, long size, String pointer) {
        region(device, region, pointer);
        if (roles.hasBar(device, region)) {
            long all = roles.barSize(device, region);
            if (Long.compareUnsigned(offset, all) > 0 || Long.compareUnsigned(size, all - offset) > 0) {
                find(
                        pointer + "/size",
                        "region",
                        "BAR %d of \"%s\" has %s".formatted(region, device, Bytes.format(all)));
            }
        }
    }

    private void allocate(MemoryOperation.Allocate op, String pointer) {
        roles.allocator(op.from(), pointer + "/from");
        if (roles.is(op.from(), DeviceType.GPU)) {
            if (!op.pages().isEmpty() || op.pageSize().isPresent()) {
                find(pointer, "pages", "a gpu's buffer has a size; pages and page-size are for habanalabs");
            }
            if (op.size().orElse(1) == 0) {
                find(pointer + "/size", "pages", "a buffer has 1 byte at least");
            }
            return;
        }
        if (!op.flags().isEmpty()) {
            find(pointer + "/flags", "flags", "only a gpu's buffer has flags");
        }
        boolean host = op.memory().equals(Optional.of(MemoryOperation.Kind.HOST));
        if (op.pageSize().isEmpty() && roles.is(op.from(), DeviceType.HABANALABS) && !host) {
            find(pointer, "page-size", "missing key \"page-size\": what a habanalabs device allocates has pages");
        } else {
            pages(op, pointer);
        }
    }

    private void pages(MemoryOperation.Allocate op, String pointer) {
        long pageSize = op.pageSize().orElse(SMALLEST_PAGE);
        if (Long.bitCount(pageSize) != 1 || Long.compareUnsigned(pageSize, SMALLEST_PAGE) < 0) {
            find(pointer + "/page-size", "page-size", "a page size is a power of two, 4 KiB at least");
        } else if (op.pages().isEmpty() == op.size().isEmpty()) {
            find(pointer, "pages", "say either pages or size");
        } else if (op.size().isPresent()) {
            long size = op.size().getAsLong();
            if (size == 0 || Long.compareUnsigned(Long.divideUnsigned(size, pageSize), MOST_PAGES) > 0) {
                find(pointer + "/size", "pages", "an allocation has 1 to %d pages".formatted(MOST_PAGES));
            }
        }
    }

    /** What a handle names must be a gpu's. */
    private void buffer(String handle, String pointer) {
        made.refer(Made.Kind.HANDLE, handle, pointer);
        boolean elsewhere = timeline.stream()
                .anyMatch(line -> line instanceof MemoryOperation.Allocate allocate
                        && allocate.handle().equals(handle)
                        && !roles.is(allocate.from(), DeviceType.GPU));
        if (elsewhere) {
            find(pointer + "/handle", "immovable", "\"%s\" is no gpu's buffer, and does not move".formatted(handle));
        }
    }

    private void place(MemoryOperation.Access op, String pointer) {
        roles.usable(op.device(), pointer + "/device");
        if (op.address().isPresent() && !roles.is(op.device(), DeviceType.HABANALABS)) {
            find(pointer + "/address", "address", "only a habanalabs device has device addresses; say a region");
        } else if (op.address().isPresent() && op.offset() != 0) {
            find(pointer + "/offset", "address", "an address has no offset");
        }
        op.handle().ifPresent(name -> made.refer(Made.Kind.HANDLE, name, pointer));
    }

    private void region(String device, int region, String pointer) {
        if (roles.known(device, pointer + "/device").isPresent() && !roles.hasBar(device, region)) {
            find(pointer + "/region", "region", "\"%s\" has no BAR %d".formatted(device, region));
        }
    }

    /** How the memory is named must fit the exporter; whether it can be exported is the kernel's answer. */
    void check(DmaBufOperation.Export op, String pointer) {
        roles.exporter(op.from(), pointer + "/from");
        op.handle().ifPresent(handle -> made.refer(Made.Kind.HANDLE, handle, pointer));
        boolean vfio = roles.isVfio(op.from());
        if (roles.is(op.from(), DeviceType.GPU) && op.handle().isEmpty()) {
            find(pointer, "export", "a gpu exports a buffer by its handle: allocate one, and say its handle");
        } else if (roles.is(op.from(), DeviceType.HABANALABS)
                && op.address().isEmpty()
                && op.handle().isEmpty()) {
            find(
                    pointer + (op.region().isPresent() ? "/region" : ""),
                    "export",
                    "a habanalabs device exports by address and size, or by handle");
        } else if (vfio && op.region().isEmpty()) {
            find(pointer, "export", "through vfio a region is exported: say region");
        }
        if (op.ranges().isPresent() && (op.offset().isPresent() || op.length().isPresent())) {
            find(pointer + "/ranges", "export", "say either ranges, or offset and length");
        }
    }
}
