package org.p2psim.lifetime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Attachment.MappingState;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.DmaBufCore;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.invariant.DmaBufChecks;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.invariant.LandingChecks;
import org.p2psim.invariant.LandingChecks.Landing;
import org.p2psim.invariant.NotificationChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.KernelRelease;

/**
 * One random life: a device that exports, several that import, and what they do in an order that a seed gives. Whatever
 * the model leaves open is chosen at random, too: who goes on first, which copy or reset is over, when DMA lands.
 */
final class Lifetime {
    /** More rounds of everybody letting go than any order needs. */
    private static final int ROUNDS = 200;

    private static final P2pdma ALLOWED = Machine.p2pdma(Machine.ALLOWED);
    private static final P2pdma UNKNOWN = Machine.p2pdma(Machine.UNKNOWN);

    final SplittableRandom random;
    final Machine machine;
    final Kernel kernel;
    final KernelRelease release;
    final List<DmaBuf> dmaBufs = new ArrayList<>();
    final Importers importers;
    private final ExportingDevice device;
    private final Map<Invariant, String> broken = new EnumMap<>(Invariant.class);
    private final List<Flight> flights = new ArrayList<>();
    private final Map<Attachment, Long> seen = new HashMap<>();
    private final Map<Attachment, OwnedMemory> ownersAtMap = new HashMap<>();
    private int names;
    private int checked;

    /** DMA on its way, and what is to be done when it has come to its end. */
    private record Flight(Landing landing, Runnable over) {}

    Lifetime(long seed, Setting setting, Set<Bug> bugs) {
        random = new SplittableRandom(seed);
        release = KernelRelease.parse(setting.release());
        DmaBufCore core = DmaBufCore.of(release, random.nextInt(8) != 0);
        kernel = new Kernel(core, bugs);
        kernel.whoGoesOn(random::nextInt);
        machine = new Machine(random.nextInt(4) == 0 ? UNKNOWN : ALLOWED, kernel);
        device = setting.device().apply(this);
        importers = new Importers(this, device);
    }

    /** A name that nobody has. */
    String name(String kind) {
        names++;
        return kind + names;
    }

    <T> void start(String name, Supplier<Reply<T>> operation) {
        kernel.start(name, operation);
    }

    /** A new buffer, if the reply brings one. */
    void exported(Reply<DmaBuf> reply) {
        if (reply instanceof Reply.Done<DmaBuf> done) {
            dmaBufs.add(done.value());
        }
    }

    /** Lives a number of steps, lets go of everything, and tells what broke, by what was seen first. */
    Map<Invariant, String> live(int steps) {
        for (int step = 0; step < steps; step++) {
            step();
            check();
        }
        end();
        return broken;
    }

    private void step() {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> device.step();
            case 3, 4, 5 -> importers.step();
            case 6 -> land(random.nextInt(1 + flights.size()));
            default -> descriptors();
        }
    }

    private void descriptors() {
        if (random.nextInt(4) == 0) {
            kernel.limitDescriptors(random.nextInt(3) == 0 ? 0 : Integer.MAX_VALUE / 2);
        } else if (!dmaBufs.isEmpty()) {
            DmaBuf dmaBuf = any(dmaBufs);
            if (dmaBuf.hasDescriptor()) {
                start("close " + dmaBuf.name(), dmaBuf::close);
            }
        }
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** An importer puts DMA through its mapping on the wire. */
    void issue(Attachment attachment, SgTable table, Runnable over) {
        if (table.entries().isEmpty()) {
            over.run();
            return;
        }
        device.track();
        mapped(attachment);
        SgTable.Entry entry = any(table.entries());
        AddressRange memory = new AddressRange(entry.address(), Math.min(entry.length(), Kernel.PAGE_SIZE));
        OwnedMemory owners =
                ownersAtMap.computeIfAbsent(attachment, unseen -> device.owned().snapshot());
        flights.add(new Flight(Landing.of(attachment, memory, random.nextBoolean(), owners), over));
    }

    /** Some DMA comes to its end, whichever was issued first. */
    private void land(int count) {
        for (int i = 0; i < count; i++) {
            Flight flight = flights.remove(random.nextInt(flights.size()));
            AddressRange memory = flight.landing().memory();
            boolean peer = device.covers(memory);
            boolean stopped = device.stopped(flight.landing().attachment().dmaBuf());
            if (peer && (device.decodes(memory) || stopped)) {
                found(LandingChecks.check(flight.landing(), stopped, device.owned()));
            }
            flight.over().run();
        }
        kernel.poll();
    }

    void found(Collection<Violation> violations) {
        violations.forEach(violation -> found(violation.invariant(), violation.object(), violation.detail()));
    }

    void found(Invariant invariant, String object, String what) {
        broken.putIfAbsent(
                invariant,
                "%s: %s, at entry %d".formatted(object, what, kernel.journal().size()));
    }

    private void check() {
        found(KernelChecks.check(kernel, checked));
        checked = kernel.journal().size();
        boolean quiet = kernel.waiting().isEmpty();
        device.track();
        for (DmaBuf dmaBuf : dmaBufs) {
            found(DmaBufChecks.check(dmaBuf));
            dmaBuf.attachments().forEach(this::mapped);
        }
        importers.check();
        device.check(quiet);
    }

    /** A table that was handed out since the last check. */
    private void mapped(Attachment attachment) {
        if (attachment.mappings() > seen.getOrDefault(attachment, 0L)) {
            seen.put(attachment, attachment.mappings());
            ownersAtMap.put(attachment, device.owned().snapshot());
            attachment
                    .mapping()
                    .filter(table -> attachment.mappingState() == MappingState.VALID)
                    .ifPresent(table -> Tables.check(this, attachment, table, device));
        }
    }

    /** Everybody lets go of everything, for as long as somebody waits. */
    private void end() {
        for (int round = 0; round < ROUNDS; round++) {
            importers.letGo();
            land(flights.size());
            device.comeToAnEnd();
            dmaBufs.stream().filter(DmaBuf::hasDescriptor).forEach(DmaBuf::close);
            kernel.poll();
            check();
            if (kernel.waiting().isEmpty() && importers.haveNothing()) {
                break;
            }
        }
        found(NotificationChecks.check(kernel));
        found(KernelChecks.stuck(kernel));
        if (kernel.waiting().isEmpty()) {
            found(KernelChecks.leaked(dmaBufs, importers.nics()));
            device.checkEnd();
        } else if (broken.isEmpty()) {
            found(Invariant.REVOKE_ENDS, "kernel", "still waiting: " + kernel.waiting());
        }
    }
}
