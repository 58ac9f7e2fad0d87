package org.p2psim.lifetime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.exporter.VfioDeviceSet;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.exporter.VfioSlice;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.VfioChecks;
import org.p2psim.unit.Bytes;

/** Two functions of one set that a user has through vfio-pci. */
final class VfioFunctions extends ExportingDevice {
    private static final long PAGE = Kernel.PAGE_SIZE;

    private final VfioProfile profile;
    private final List<VfioPci> functions = new ArrayList<>();
    private final VfioDeviceSet set;
    private final Map<DmaBuf, VfioPci> exporters = new LinkedHashMap<>();
    private final List<VfioPci> handedOut = new ArrayList<>();

    VfioFunctions(Lifetime life, VfioProfile profile) {
        super(life);
        this.profile = profile;
        for (int i = 0; i < 2; i++) {
            long base = 0x3900_0000_0000L + i * Bytes.GIB;
            functions.add(new VfioPci(
                    "n" + i,
                    Machine.EXPORTER,
                    Map.of(0, new AddressRange(base, 4 * PAGE), 4, new AddressRange(base + Bytes.MIB, 16 * PAGE)),
                    life.machine.p2pdma(),
                    Machine.identity(),
                    profile,
                    life.kernel));
        }
        set = new VfioDeviceSet(life.kernel, functions);
        functions.forEach(function -> own(function, "A"));
    }

    private void own(VfioPci function, String user) {
        function.bars().values().forEach(bar -> owned().assign(bar, user));
    }

    @Override
    void step() {
        VfioPci function = life.any(functions);
        switch (life.random.nextInt(14)) {
            case 0, 1, 2 -> export(function);
            case 3, 4 -> life.start("config write", () -> function.writeMemoryEnable(life.random.nextInt(3) != 0));
            case 5 -> life.start("FLR", function::reset);
            case 6 -> life.start("low power", () -> function.setLowPower(life.random.nextBoolean()));
            case 7 -> life.start("hot reset", () -> set.hotReset(life.random.nextInt(4) != 0));
            case 8 -> openOrClose(function);
            case 9 -> handOut(function);
            default -> resetDone(function);
        }
    }

    private void export(VfioPci function) {
        if (!function.isOpen()) {
            return;
        }
        int region = life.random.nextInt(8) == 0 ? life.random.nextInt(8) : 4 * life.random.nextInt(2);
        long first = life.random.nextInt(4) * PAGE;
        long second = (8 + life.random.nextInt(4)) * PAGE;
        long length = life.random.nextInt(1, 4) * PAGE;
        String name = life.name("d");
        if (profile == VfioProfile.RFC) {
            boolean whole = life.random.nextInt(3) == 0;
            long asked = life.random.nextInt(8) == 0 ? 0 : length;
            life.kernel.start(
                    "export",
                    () -> function.export(name, region, whole ? 0 : first, whole ? 0 : asked),
                    reply -> life.exported(reply));
        } else {
            List<VfioSlice> slices = life.random.nextBoolean()
                    ? List.of(new VfioSlice(first, length))
                    : List.of(new VfioSlice(second, length), new VfioSlice(first, length));
            life.kernel.start("export", () -> function.export(name, region, 0, slices), life::exported);
        }
    }

    private void openOrClose(VfioPci function) {
        if (life.random.nextInt(3) != 0) {
            return;
        }
        if (function.isOpen()) {
            life.start("close", function::close);
        } else if (!function.isHeld()) {
            handedOut.remove(function);
            function.open();
            taken(function, "another user");
        }
    }

    /** Disabled, and no reset is under way: the BAR may go to another driver. */
    private void handOut(VfioPci function) {
        boolean disabled =
                !function.isOpen() && function.isMemoryEnabled() && !function.decodes() && !function.isResetting();
        if (disabled && !handedOut.contains(function)) {
            handedOut.add(function);
            taken(function, "another driver");
        }
    }

    private void taken(VfioPci function, String user) {
        exporters.forEach((dmaBuf, exporter) -> {
            if (exporter.equals(function)) {
                life.found(DmaBufChecks.reuse(dmaBuf, true));
            }
        });
        own(function, user);
    }

    private void resetDone(VfioPci function) {
        if (function.isResetting()) {
            function.resetDone();
            life.kernel.poll();
        }
    }

    @Override
    void comeToAnEnd() {
        functions.forEach(this::resetDone);
    }

    @Override
    boolean covers(AddressRange memory) {
        return functions.stream()
                .flatMap(function -> function.bars().values().stream())
                .anyMatch(bar -> bar.overlaps(memory));
    }

    @Override
    boolean decodes(AddressRange memory) {
        return functions.stream()
                .filter(function -> function.bars().values().stream().anyMatch(bar -> bar.overlaps(memory)))
                .anyMatch(function -> function.decodes() || handedOut.contains(function));
    }

    @Override
    boolean stopped(DmaBuf dmaBuf) {
        VfioPci function = exporter(dmaBuf);
        if (function.isOrphan(dmaBuf)) {
            return true;
        }
        boolean notYet = !function.isOpen() && life.kernel.has(Bug.DISABLED_BEFORE_REVOKED);
        return !notYet && (function.isResetting() || !function.isMemoryEnabled());
    }

    private VfioPci exporter(DmaBuf dmaBuf) {
        track();
        return Optional.ofNullable(exporters.get(dmaBuf)).orElseThrow();
    }

    @Override
    boolean cutsTables() {
        return profile == VfioProfile.RFC;
    }

    @Override
    boolean takesRetiredMappings() {
        return profile == VfioProfile.V7_1 || profile == VfioProfile.V7_1_RC;
    }

    @Override
    List<AddressRange> exported(DmaBuf dmaBuf) {
        return dmaBuf.exporter().ranges(dmaBuf);
    }

    @Override
    void track() {
        functions.forEach(function -> function.dmaBufs().forEach(listed -> exporters.put(listed, function)));
    }

    @Override
    void check(boolean quiet) {
        if (functions.stream().allMatch(VfioPci::isResetting)
                && functions.stream().allMatch(VfioPci::isOpen)) {
            life.found(VfioChecks.underReset(functions));
        }
        if (!quiet) {
            return;
        }
        for (VfioPci function : functions) {
            life.found(VfioChecks.check(function));
        }
        exporters.forEach((dmaBuf, function) -> {
            if (dmaBuf.life() == DmaBuf.Life.LIVE && function.isOrphan(dmaBuf)) {
                life.found(VfioChecks.orphan(function, dmaBuf));
            }
        });
    }
}
