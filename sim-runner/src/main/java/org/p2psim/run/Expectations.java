package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.Errno;
import org.p2psim.run.replay.Handles;
import org.p2psim.run.replay.UserObject;
import org.p2psim.run.replay.World;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Ticks;

/** Holds what the scenario expects against what the run produced. */
final class Expectations {
    private final World world;
    private final Handles handles;
    private final Recorder recorder;
    private final InvariantWatch watch;

    Expectations(World world, Handles handles, Recorder recorder, InvariantWatch watch) {
        this.world = world;
        this.handles = handles;
        this.recorder = recorder;
        this.watch = watch;
    }

    /** What was found, and whether every part of the expectation is met by it. */
    private static final class Finding {
        private final List<String> found = new ArrayList<>();
        private boolean met = true;

        Finding found(String what) {
            found.add(what);
            return this;
        }

        Finding require(boolean holds) {
            met &= holds;
            return this;
        }

        <T extends Enum<T>> Finding is(Optional<T> expected, T actual) {
            return found(actual.name().toLowerCase(Locale.ROOT))
                    .require(expected.isEmpty() || expected.get() == actual);
        }

        Finding errno(Optional<Errno> expected, Optional<Errno> actual) {
            actual.ifPresent(errno -> found(errno.toString()));
            return require(expected.isEmpty() || expected.equals(actual));
        }

        ExpectationOutcome outcome(Plan.Expected expected) {
            return new ExpectationOutcome(expected.text(), String.join(", ", found), met, expected.line());
        }
    }

    ImmutableList<ExpectationOutcome> outcomes() {
        return world.plan().expectations().stream()
                .map(expected -> finding(expected.expectation()).outcome(expected))
                .collect(ImmutableList.toImmutableList());
    }

    private Finding finding(Expectation expectation) {
        if (expectation instanceof Expectation.P2p expected) {
            return p2p(expected);
        } else if (expectation instanceof Expectation.Mr expected) {
            return region(expected);
        } else if (expectation instanceof Expectation.DmaBuf expected) {
            return dmaBuf(expected);
        } else if (expectation instanceof Expectation.Attachment expected) {
            return attachment(expected);
        } else if (expectation instanceof Expectation.Dma expected) {
            return dma(expected);
        } else if (expectation instanceof Expectation.Line expected) {
            return line(expected);
        } else if (expectation instanceof Expectation.Invariants expected) {
            return invariants(expected);
        }
        throw new IllegalArgumentException("no such expectation: " + expectation);
    }

    private Finding p2p(Expectation.P2p expected) {
        Optional<Bdf> provider = world.seenAddress(expected.p2p().get(0));
        Optional<Bdf> client = world.seenAddress(expected.p2p().get(1));
        if (provider.isEmpty() || client.isEmpty()) {
            return new Finding().found("not in this machine").require(false);
        }
        Verdict verdict = world.p2pdma().verdict(provider.get(), client.get());
        return new Finding()
                .found(verdict.mapType().name())
                .require(expected.is().isEmpty() || expected.is().get() == verdict.mapType())
                .found("distance "
                        + (verdict.distance().isPresent() ? verdict.distance().getAsInt() : "not known"))
                .require(expected.distance().isEmpty() || expected.distance().equals(verdict.distance()));
    }

    private Finding region(Expectation.Mr expected) {
        Optional<UserObject<MemoryRegion>> region =
                Optional.ofNullable(handles.regions().get(expected.mr()));
        Expectation.MrState state = region.flatMap(UserObject::object)
                .map(made -> made.isRegistered() ? Expectation.MrState.REGISTERED : Expectation.MrState.DEREGISTERED)
                .orElse(Expectation.MrState.REFUSED);
        return entries(
                new Finding().is(expected.is(), state).errno(expected.errno(), region.flatMap(UserObject::errno)),
                expected.mr(),
                expected.sgEntries());
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

    private Finding dmaBuf(Expectation.DmaBuf expected) {
        Optional<UserObject<DmaBuf>> dmaBuf =
                Optional.ofNullable(handles.dmaBufs().get(expected.dmaBuf()));
        Expectation.DmaBufState state = dmaBuf.flatMap(UserObject::object)
                .map(made -> made.isReleased() ? Expectation.DmaBufState.RELEASED : Expectation.DmaBufState.EXPORTED)
                .orElse(Expectation.DmaBufState.REFUSED);
        return new Finding().is(expected.is(), state).errno(expected.errno(), dmaBuf.flatMap(UserObject::errno));
    }

    private Finding attachment(Expectation.Attachment expected) {
        Optional<UserObject<Attachment>> attachment =
                Optional.ofNullable(handles.attachments().get(expected.attachment()));
        Expectation.AttachmentState state = attachment
                .flatMap(UserObject::object)
                .map(Expectations::state)
                .orElse(Expectation.AttachmentState.REFUSED);
        return entries(
                new Finding().is(expected.is(), state).errno(expected.errno(), errnoOf(expected.attachment())),
                expected.attachment(),
                expected.sgEntries());
    }

    private static Expectation.AttachmentState state(Attachment attachment) {
        if (!attachment.dmaBuf().attachments().contains(attachment)) {
            return Expectation.AttachmentState.DETACHED;
        }
        return attachment.mapping().isPresent()
                ? Expectation.AttachmentState.MAPPED
                : Expectation.AttachmentState.ATTACHED;
    }

    /** The first errno that an operation on an object was refused with. */
    private Optional<Errno> errnoOf(String lane) {
        return recorder.events().stream()
                .filter(event -> event.lane().equals(lane) && event.kind() == Event.Kind.REFUSED)
                .flatMap(event -> event.errno().stream())
                .findFirst();
    }

    private Finding dma(Expectation.Dma expected) {
        Optional<TransferOutcome> transfer = recorder.transfers().stream()
                .filter(made -> made.name().equals(expected.dma()))
                .findFirst();
        if (transfer.isEmpty()) {
            return new Finding().found("never asked for").require(false);
        }
        TransferOutcome made = transfer.get();
        Finding finding = new Finding().is(expected.is(), state(made)).errno(expected.errno(), made.errno());
        if (made.bytes() > 0) {
            finding.found(made.bandwidth().toString());
        }
        expected.minBandwidth().ifPresent(least -> finding.require(bytesPerSecond(made) >= least));
        expected.maxBandwidth().ifPresent(most -> finding.require(bytesPerSecond(made) <= most));
        expected.maxLatency()
                .ifPresent(most -> finding.found(
                                "latency up to " + Ticks.format(made.latency().max()))
                        .require(made.latency().max() <= most));
        expected.latency().forEach((percentile, most) -> {
            long found = made.latency().at(Double.parseDouble(percentile.substring(1)));
            finding.found(percentile + " " + Ticks.format(found)).require(found <= most.ticks());
        });
        return finding;
    }

    private static long bytesPerSecond(TransferOutcome transfer) {
        Bandwidth bandwidth = transfer.bandwidth();
        return bandwidth.gigabytesPerSecond().movePointRight(9).longValueExact();
    }

    private static Expectation.DmaState state(TransferOutcome transfer) {
        if (transfer.bytes() == transfer.requested()) {
            return Expectation.DmaState.COMPLETED;
        }
        return transfer.route().isEmpty() ? Expectation.DmaState.REFUSED : Expectation.DmaState.UNFINISHED;
    }

    private Finding line(Expectation.Line expected) {
        List<Event> operations = recorder.events().stream()
                .filter(event -> event.kind() == Event.Kind.DONE || event.kind() == Event.Kind.REFUSED)
                .toList();
        int index = expected.operation().number().orElseThrow();
        if (index >= operations.size()) {
            return new Finding().found("no such operation").require(false);
        }
        Event event = operations.get(index);
        return new Finding().found(event.what() + " " + event.lane()).errno(expected.errno(), event.errno());
    }

    private Finding invariants(Expectation.Invariants expected) {
        List<String> broken = watch.outcomes(found -> false).stream()
                .filter(outcome -> !outcome.held())
                .map(InvariantOutcome::id)
                .toList();
        return new Finding()
                .found(broken.isEmpty() ? "all held" : "broken: " + String.join(", ", broken))
                .require(broken.isEmpty() == expected.noInvariantBroken());
    }
}
