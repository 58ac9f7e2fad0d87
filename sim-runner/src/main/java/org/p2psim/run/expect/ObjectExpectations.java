package org.p2psim.run.expect;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.exporter.GpuBuffer;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.run.replay.Allocation;
import org.p2psim.run.replay.Handles;
import org.p2psim.run.replay.Replay;
import org.p2psim.run.replay.UserObject;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Expectation.AttachmentState;
import org.p2psim.scenario.Expectation.DeviceState;
import org.p2psim.scenario.Expectation.DmaBufState;
import org.p2psim.scenario.Expectation.HandleState;
import org.p2psim.scenario.Expectation.MrState;
import org.p2psim.scenario.Expectation.Place;
import org.p2psim.scenario.Expectation.QpState;

/** What state objects are in: regions, queue pairs, dma-bufs, attachments, allocations, devices, tables. */
final class ObjectExpectations {
    private final Replay replay;
    private final Handles handles;
    private final Recorder recorder;

    ObjectExpectations(Replay replay, Recorder recorder) {
        this.replay = replay;
        this.handles = replay.handles();
        this.recorder = recorder;
    }

    private static <T> Optional<T> made(Optional<UserObject<T>> object) {
        return object.flatMap(UserObject::object);
    }

    Finding region(Expectation.Mr expected) {
        Optional<UserObject<MemoryRegion>> region =
                Optional.ofNullable(handles.regions().get(expected.mr()));
        ImmutableSet<MrState> states =
                made(region).map(ObjectExpectations::states).orElse(absent(region, MrState.REFUSED));
        Finding finding =
                new Finding().is(expected.is(), states).errno(expected.errno(), region.flatMap(UserObject::errno));
        expected.sameKeyAs().ifPresent(other -> key(finding, expected.mr(), other, true));
        expected.otherKeyThan().ifPresent(other -> key(finding, expected.mr(), other, false));
        return entries(finding, expected.mr(), expected.sgEntries());
    }

    /** What is not there was refused, or nobody has got so far. */
    private static <T, S> ImmutableSet<S> absent(Optional<UserObject<T>> object, S refused) {
        return object.flatMap(UserObject::errno).isPresent() ? ImmutableSet.of(refused) : ImmutableSet.of();
    }

    private void key(Finding finding, String name, String otherName, boolean same) {
        Optional<Integer> key = handles.region(name).map(MemoryRegion::key);
        Optional<Integer> other = handles.region(otherName).map(MemoryRegion::key);
        finding.found("key %s, that of %s %s".formatted(told(key), otherName, told(other)))
                .require(key.isPresent() && other.isPresent() && key.equals(other) == same);
    }

    private static String told(Optional<Integer> key) {
        return key.map(String::valueOf).orElse("none");
    }

    private static ImmutableSet<MrState> states(MemoryRegion region) {
        return switch (region.state()) {
            case INIT -> ImmutableSet.of();
            case ACTIVE -> ImmutableSet.of(MrState.ACTIVE, MrState.REGISTERED);
            case ZAPPED -> ImmutableSet.of(MrState.ZAPPED, MrState.REGISTERED);
            case REVOKED -> ImmutableSet.of(MrState.REVOKED, MrState.REGISTERED);
            case GONE -> ImmutableSet.of(MrState.DEREGISTERED);
        };
    }

    private Finding entries(Finding finding, String owner, OptionalInt expected) {
        if (expected.isEmpty()) {
            return finding;
        }
        int entries = recorder.sgTables().stream()
                .filter(table -> table.owner().equals(owner))
                .mapToInt(table -> table.entries().size())
                .findFirst()
                .orElse(0);
        return finding.found("%d SG entries".formatted(entries)).require(entries == expected.getAsInt());
    }

    Finding queuePair(Expectation.Qp expected) {
        QpState state = made(Optional.ofNullable(handles.queuePairs().get(expected.qp())))
                .map(pair -> pair.state() == QueuePair.State.RTS ? QpState.READY : QpState.ERROR)
                .orElse(QpState.RESET);
        return new Finding().is(expected.is(), state);
    }

    Finding dmaBuf(Expectation.DmaBuf expected) {
        Optional<UserObject<DmaBuf>> object =
                Optional.ofNullable(handles.dmaBufs().get(expected.dmaBuf()));
        Optional<DmaBuf> dmaBuf = made(object);
        Finding finding = new Finding()
                .is(expected.is(), dmaBuf.map(this::states).orElse(absent(object, DmaBufState.REFUSED)))
                .errno(expected.errno(), object.flatMap(UserObject::errno));
        long size = dmaBuf.map(DmaBuf::size).orElse(0L);
        int references = dmaBuf.map(DmaBuf::references).orElse(0);
        return finding.equal(boxed(expected.size()), size, size + " bytes")
                .equal(boxed(expected.references()), references, references + " reference(s)");
    }

    private static Optional<Long> boxed(OptionalLong value) {
        return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
    }

    private static Optional<Integer> boxed(OptionalInt value) {
        return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
    }

    private ImmutableSet<DmaBufState> states(DmaBuf dmaBuf) {
        if (dmaBuf.isReleased()) {
            return ImmutableSet.of(DmaBufState.RELEASED);
        }
        return replay.exporters().isRevoked(dmaBuf)
                ? ImmutableSet.of(DmaBufState.REVOKED, DmaBufState.EXPORTED)
                : ImmutableSet.of(DmaBufState.EXPORTED, DmaBufState.MAPPABLE);
    }

    Finding attachment(Expectation.Attachment expected) {
        Optional<UserObject<Attachment>> object =
                Optional.ofNullable(handles.attachments().get(expected.attachment()));
        Optional<Attachment> attachment = made(object);
        Finding finding = new Finding()
                .is(
                        expected.is(),
                        attachment.map(ObjectExpectations::states).orElse(absent(object, AttachmentState.REFUSED)))
                .errno(expected.errno(), errnoOf(expected.attachment()));
        boolean peerToPeer = attachment.map(Attachment::peer2peer).orElse(false);
        expected.direction()
                .ifPresent(direction -> finding.is(
                        expected.direction(),
                        attachment
                                .flatMap(Attachment::direction)
                                .map(ImmutableSet::of)
                                .orElse(ImmutableSet.of())));
        return entries(finding, expected.attachment(), expected.sgEntries())
                .equal(expected.peerToPeer(), peerToPeer, peerToPeer ? "peer-to-peer" : "not peer-to-peer");
    }

    private static ImmutableSet<AttachmentState> states(Attachment attachment) {
        if (!attachment.dmaBuf().attachments().contains(attachment)) {
            return ImmutableSet.of(AttachmentState.DETACHED);
        }
        ImmutableSet.Builder<AttachmentState> states = ImmutableSet.builder();
        switch (attachment.mappingState()) {
            case NONE -> states.add(AttachmentState.ATTACHED);
            case VALID -> states.add(AttachmentState.MAPPED);
            case STALE -> states.add(AttachmentState.STALE);
        }
        return attachment.isPinned() ? states.add(AttachmentState.PINNED).build() : states.build();
    }

    /** The first errno that an operation on an object was refused with. */
    private Optional<Errno> errnoOf(String lane) {
        return recorder.events().stream()
                .filter(event -> event.lane().equals(lane) && event.kind() == Event.Kind.REFUSED)
                .flatMap(event -> event.errno().stream())
                .findFirst();
    }

    Finding handle(Expectation.Handle expected) {
        Optional<UserObject<Allocation>> object =
                Optional.ofNullable(handles.allocations().get(expected.handle()));
        Optional<Allocation> allocation = made(object);
        ImmutableSet<HandleState> state = allocation
                .map(made -> ImmutableSet.of(made.isFreed() ? HandleState.FREED : HandleState.ALLOCATED))
                .orElse(absent(object, HandleState.REFUSED));
        Finding finding = new Finding().is(expected.is(), state).errno(expected.errno(), errnoOf(expected.handle()));
        int exporting = allocation.map(Allocation::exporting).orElse(0);
        Optional<Place> place = allocation.flatMap(Allocation::buffer).map(ObjectExpectations::place);
        finding.equal(boxed(expected.exporting()), exporting, exporting + " exported");
        return expected.place().isEmpty()
                ? finding
                : finding.is(expected.place(), place.map(ImmutableSet::of).orElse(ImmutableSet.of(Place.SYSTEM)))
                        .require(place.isPresent());
    }

    private static Place place(GpuBuffer buffer) {
        return switch (buffer.place()) {
            case VISIBLE_VRAM -> Place.VISIBLE_VRAM;
            case HIDDEN_VRAM -> Place.VRAM;
            case GTT -> Place.SYSTEM;
        };
    }

    Finding device(Expectation.Device expected) {
        Optional<String> user = replay.users().user(expected.device());
        ImmutableSet.Builder<DeviceState> states = ImmutableSet.builder();
        if (replay.exporters().isGone(expected.device())) {
            states.add(DeviceState.GONE);
        }
        if (replay.exporters()
                .vfio(expected.device())
                .map(VfioPci::isResetting)
                .or(() -> replay.exporters().resets(expected.device()))
                .orElse(false)) {
            states.add(DeviceState.RESETTING);
        }
        states.add(user.isPresent() ? DeviceState.OPEN : DeviceState.CLOSED);
        Finding finding = new Finding().is(expected.is(), states.build());
        return expected.user().isEmpty()
                ? finding
                : finding.found(user.orElse("nobody")).require(expected.user().equals(user));
    }

    Finding table(Expectation.Sg expected) {
        List<SgTableOutcome> tables = recorder.sgTables().stream()
                .filter(table -> table.owner().equals(expected.sg()))
                .toList();
        if (tables.isEmpty()) {
            return new Finding().found("no table").require(false);
        }
        List<SgTableOutcome.Entry> entries = tables.get(tables.size() - 1).entries();
        List<Long> addresses =
                entries.stream().map(SgTableOutcome.Entry::address).toList();
        List<Long> lengths = entries.stream().map(SgTableOutcome.Entry::length).toList();
        Finding finding = new Finding();
        if (!expected.addresses().isEmpty()) {
            finding.found(addresses.stream().map("0x%x"::formatted).toList().toString())
                    .require(addresses.equals(expected.addresses()));
        }
        return expected.lengths().isEmpty()
                ? finding
                : finding.found("lengths " + lengths).require(lengths.equals(expected.lengths()));
    }
}
