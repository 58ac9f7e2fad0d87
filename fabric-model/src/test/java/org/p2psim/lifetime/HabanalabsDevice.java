package org.p2psim.lifetime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.exporter.Habanalabs;
import org.p2psim.dmabuf.exporter.HabanalabsFile;
import org.p2psim.dmabuf.exporter.HabanalabsProfile;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.invariant.OwnershipChecks;
import org.p2psim.unit.Bytes;

/** An accelerator with pinned memory that one user has after the other. */
final class HabanalabsDevice extends ExportingDevice {
    private static final AddressRange BAR = new AddressRange(0x3800_0000_0000L, 64 * Bytes.MIB);
    private static final long DRAM = 0x2000_0000L;
    private static final long USER = DRAM + Bytes.MIB;
    private static final long PAGE = Kernel.PAGE_SIZE;

    private final Habanalabs driver;
    private final HabanalabsFile file;
    private final List<String> handles = new ArrayList<>();
    /** Who made each buffer. */
    private final Map<DmaBuf, String> users = new LinkedHashMap<>();

    private Optional<String> user = Optional.empty();
    private int opened;

    HabanalabsDevice(Lifetime life) {
        super(life);
        driver = new Habanalabs(
                Machine.EXPORTER,
                BAR,
                new Habanalabs.DeviceMemory(DRAM, USER, BAR.size()),
                life.machine.p2pdma(),
                Machine.identity(),
                HabanalabsProfile.of(life.release),
                life.kernel,
                true);
        file = driver.file();
        // another thread closes the descriptor whose number it has guessed
        life.kernel.whenInstalled(dmaBuf -> {
            if (life.random.nextInt(8) == 0) {
                dmaBuf.close();
            }
        });
        open();
    }

    @Override
    OwnedMemory owned() {
        return file.owned();
    }

    @Override
    void step() {
        switch (life.random.nextInt(12)) {
            case 0, 1, 2, 3 -> user.ifPresent(this::export);
            case 4 -> user.ifPresent(present -> allocate());
            case 5 -> free();
            case 6 -> open();
            case 7 -> close();
            case 8, 9 -> user.ifPresent(present -> file.owned().write(anyPage(), present));
            default -> comeToAnEnd();
        }
    }

    private AddressRange anyPage() {
        return new AddressRange(BAR.base() + USER - DRAM + life.random.nextInt(16) * PAGE, PAGE);
    }

    private void export(String present) {
        String name = life.name("d");
        boolean byHandle = !handles.isEmpty() && life.random.nextBoolean();
        String handle = byHandle ? life.any(handles) : "";
        long pages = life.random.nextInt(1, 5);
        long address = USER + life.random.nextInt(16) * PAGE;
        life.kernel.start(
                "export",
                () -> byHandle
                        ? driver.exportByHandle(name, handle)
                        : driver.exportByAddress(name, address, pages * PAGE),
                reply -> {
                    life.exported(reply);
                    if (reply instanceof Reply.Done<DmaBuf> done) {
                        users.put(done.value(), present);
                    }
                });
    }

    private void allocate() {
        String handle = life.name("h");
        List<Long> pages = new ArrayList<>();
        long page = USER;
        for (int i = 0; i < 4; i++) {
            page += PAGE * life.random.nextInt(1, 3);
            pages.add(page);
        }
        if (life.random.nextInt(8) == 0) {
            driver.handles().allocateHost(handle);
        } else {
            driver.handles().allocate(handle, pages, PAGE);
        }
        handles.add(handle);
    }

    private void free() {
        if (!handles.isEmpty()) {
            String handle = life.any(handles);
            int exported = driver.handles().exportingCount(handle);
            if (driver.handles().free(handle) instanceof Reply.Done<String>) {
                handles.remove(handle);
                life.found(OwnershipChecks.freed(handle, exported));
            }
        }
    }

    private void open() {
        opened++;
        String next = "user" + opened;
        life.kernel.start("open", () -> file.open(next), reply -> {
            if (reply instanceof Reply.Done<String>) {
                user = Optional.of(next);
                List<DmaBuf> before = users.entrySet().stream()
                        .filter(entry -> !entry.getValue().equals(next))
                        .map(Map.Entry::getKey)
                        .toList();
                life.found(OwnershipChecks.opened(before, file.owned(), BAR, true));
            }
        });
    }

    private void close() {
        if (user.isPresent() && life.random.nextInt(3) == 0) {
            user = Optional.empty();
            handles.removeIf(handle -> driver.handles().free(handle) instanceof Reply.Done<String>);
            file.close();
        }
    }

    @Override
    void comeToAnEnd() {
        if (file.isScrubbing()) {
            file.scrubbed();
        }
        if (file.isResetting()) {
            file.resetDone();
        }
        life.kernel.poll();
    }

    @Override
    boolean covers(AddressRange memory) {
        return BAR.overlaps(memory);
    }

    @Override
    boolean decodes(AddressRange memory) {
        return !file.isResetting();
    }

    @Override
    List<AddressRange> exported(DmaBuf dmaBuf) {
        return driver.ranges(dmaBuf);
    }

    @Override
    void check(boolean quiet) {}
}
