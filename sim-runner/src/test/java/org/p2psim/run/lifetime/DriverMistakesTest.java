package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.LandingOutcome;
import org.p2psim.outcome.LandingOutcome.Fate;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.unit.Ticks;

/** What the mistakes of drivers do to others, and that nobody pays who did not make them. */
class DriverMistakesTest {
    private static final String REGISTER =
            "at: 5us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write, remote-read]";

    private static final String[] CLOSED_AND_TAKEN_UNDER_A_WRITE = {
        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
        REGISTER,
        "at: 8us, id: write, do: rdma-write, mr: mr0, size: 1MiB",
        "at: 10us, id: close, do: close-device, device: n0",
        "at: 10050ns, id: take, do: assign, device: n0, region: 4, size: 64MiB, owner: other",
    };

    @Test
    void aDriverThatDisablesFirstGivesBarsAwayUnderWhoeverMapsThem() {
        RunOutcome run = Lifetime.on("release: \"6.19\"")
                .does(CLOSED_AND_TAKEN_UNDER_A_WRITE)
                .expects(
                        "operation: take, ends: 10050ns",
                        "broken: I-10, operation: take, enabled-by: close",
                        "broken: I-03, operation: write, enabled-by: close")
                .run();
        assertThat(run.inFlight())
                .first()
                .satisfies(inFlight -> assertThat(inFlight.landedAfter())
                        .as("TLPs that landed in memory of another driver")
                        .isPositive());
    }

    @Test
    void aDriverThatRevokesFirstKeepsItsBarsUntilWhatWasInFlightHasLanded() {
        RunOutcome run = Lifetime.on("release: \"7.1\"")
                .does(CLOSED_AND_TAKEN_UNDER_A_WRITE)
                .expects(
                        "operation: take, is: done, ends-after: 10060ns",
                        "order: [\"revoke buf\", \"unmap buf/x0\", \"disable n0\"]",
                        "no-invariant-broken: true")
                .run();
        assertThat(run.inFlight()).isNotEmpty().allMatch(inFlight -> inFlight.landedAfter() == 0);
    }

    /** As posted in 2022 the index of the BAR stays 0: the table goes on behind its 16 KiB, bridges route each MiB. */
    @Test
    void behindAShortBarWritesReachTheNextFunctionOrNobody() {
        RunOutcome run = Lifetime.on("release: \"6.1\", without-bugs: [revoked-inverted, orig-nents-not-restored]")
                .vfio("driver: vfio-rfc")
                .secondVfio("driver: vfio-rfc")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 1us, do: export, dma-buf: neighbour, from: n1, region: 0",
                        REGISTER,
                        "at: 20us, id: hole, do: rdma-write, mr: mr0, offset: 16KiB, size: 4KiB",
                        "at: 30us, id: next, do: rdma-write, mr: mr0, offset: 1MiB, size: 4KiB")
                .expects(
                        "broken: I-12, operation: 2",
                        "broken: I-11, operation: 2",
                        "broken: I-03, operation: next, enabled-by: 2",
                        "dma: hole, dropped: 4KiB",
                        "dma: next, landed-in: { neighbour: 4KiB }")
                .run();
        assertThat(run.landings())
                .filteredOn(landing -> landing.dma().equals("next"))
                .singleElement()
                .extracting(LandingOutcome::fate)
                .isEqualTo(Fate.LANDED);
    }

    @Test
    void aLeakIsMadePossibleByTheUnmapThatLeaks() {
        Lifetime.on("release: \"6.1\", without-bugs: [revoked-inverted]")
                .vfio("driver: vfio-rfc")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 0",
                        "at: 5us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 10us, do: map, attachment: a0",
                        "at: 15us, id: give-back, do: unmap, attachment: a0",
                        "at: 20us, do: detach, attachment: a0",
                        "at: 25us, do: close, dma-buf: buf")
                .expects("broken: I-14, operation: give-back", "broken: I-38, enabled-by: give-back")
                .run();
    }

    /** x1 takes back a pin that x2 relies on: whatever moves the buffer then, that unpin made it possible. */
    @Test
    void whatMovesUnderAPinIsMadePossibleByTheUnpinThatWasOneTooMany() {
        Lifetime.on("release: \"6.15\"")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 1us, do: attach, attachment: a, dma-buf: buf, importer: x1",
                        "at: 2us, do: attach, attachment: b, dma-buf: buf, importer: x2",
                        "at: 3us, do: pin, attachment: a",
                        "at: 100us, do: pin, attachment: b",
                        "at: 200us, do: map, attachment: b",
                        "at: 210us, do: unpin, attachment: a",
                        "at: 211us, id: extra, do: unpin, attachment: a",
                        "at: 220us, id: evict, do: evict, handle: bo",
                        "at: 300us, id: write, do: dma-write, attachment: b, size: 4KiB")
                .expects(
                        "broken: I-16, operation: extra, enabled-by: extra",
                        "broken: I-36, operation: extra, enabled-by: extra",
                        "broken: I-18, operation: evict, enabled-by: extra",
                        "broken: I-03, operation: write, enabled-by: extra")
                .run();
    }

    /** The fault maps and an eviction that waited behind it moves the buffer, both at 130 us: the table was right. */
    @Test
    void aTableIsJudgedByWhereTheBufferWasWhenItWasMade() {
        Lifetime.on("release: \"6.12\", bugs: [no-fence-wait]")
                .nic("unmap-time: 30us")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
                        REGISTER,
                        "at: 100us, do: defragment, handle: bo",
                        "at: 110us, id: access, do: local-access, mr: mr0, size: 4KiB, write: true",
                        "at: 115us, do: evict, handle: bo")
                .expects(
                        "order: [\"move buf\", \"map buf/x0\", \"move buf\", \"map buf/x0\"]",
                        "broken: I-09, operation: access")
                .run();
    }

    /** A buffer that moves has fences to wait for, one that does not has none. */
    @ParameterizedTest
    @CsvSource({
        "'at: 10us, do: local-access, mr: mr0, size: 4KiB, write: true', true",
        "'at: 10us, do: evict, handle: bo }\n  - { at: 11us, do: local-access, mr: mr0, size: 4KiB, write: true', false"
    })
    void aMistakeThatIsOnAndNeverReachedIsSaidToBe(String lines, boolean said) {
        RunOutcome run = Lifetime.on("release: \"6.12\", bugs: [no-fence-wait]")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
                        REGISTER,
                        lines)
                .expects("mr: mr0, is: active, at: 9us")
                .outcome();
        assertThat(run.notes().stream()
                        .filter(note -> note.kind() == Note.Kind.NOT_REACHED)
                        .map(Note::text)
                        .toList())
                .isEqualTo(
                        said
                                ? List.of(
                                        "no-fence-wait is on, but nothing in this run waits for fences before it uses a table")
                                : List.of());
    }

    /** The 2022 posting has mistakes that most runs never come to: nobody asked for these. */
    @Test
    void whatOnlyTheDriverHasIsNotSaidToBeUnreached() {
        RunOutcome run = Lifetime.on("release: \"6.1\"")
                .vfio("driver: vfio-rfc")
                .does("at: 0us, do: export, dma-buf: buf, from: n0, region: 0")
                .expects("no-invariant-broken: true")
                .outcome();
        assertThat(run.notes()).noneMatch(note -> note.kind() == Note.Kind.NOT_REACHED);
    }

    @Test
    void aTableOfVramForWhoDoesNotReachPeersIsMadePossibleByTheMapThatGaveIt() {
        Lifetime.on("release: \"6.15\"")
                .hostBridge("8086:1234")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 2us, do: register-mr, mr: mr0, nic: x1, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 100us, do: attach, attachment: a0, dma-buf: buf, importer: x3",
                        "at: 110us, id: map, do: map, attachment: a0",
                        "at: 120us, id: stray, do: dma-write, attachment: a0, size: 4KiB")
                .expects(
                        "broken: I-37, operation: map, enabled-by: map",
                        "broken: I-15, operation: map, enabled-by: map",
                        "broken: I-15, operation: stray, enabled-by: map")
                .run();
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true"})
    void whoFindsTheDataOfTheLastUserIsWarnedIfNobodyPromisedToClearIt(boolean scrub, boolean warned) {
        RunOutcome run = Lifetime.on("release: \"6.5\"")
                .habanalabs("scrub: " + scrub)
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: write-memory, device: h0, address: 0x24000000, size: 4KiB, tag: A",
                        "at: 10us, do: close-device, device: h0, user: A",
                        "at: 100us, do: open-device, device: h0, user: B")
                .expects("no-invariant-broken: true")
                .run();
        assertThat(run.notes().stream()
                        .filter(note -> note.kind() == Note.Kind.CAUTION)
                        .anyMatch(note -> note.text().startsWith("B finds data of A in the memory of h0")))
                .isEqualTo(warned);
    }

    @Test
    void theKeyOfARevokedRegionIsFreeOnlyWhenItIsDeregistered() {
        String region = REGISTER.replace("x0", "x2");
        Lifetime.on("release: \"7.1\"")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        region,
                        "at: 30us, do: reset, device: n0",
                        region.replace("5us", "200us").replace("mr0", "mr1"),
                        "at: 210us, do: deregister-mr, mr: mr0",
                        region.replace("5us", "220us").replace("mr0", "mr2"))
                .expects(
                        "mr: mr0, is: revoked, at: 205us",
                        "mr: mr1, is: active, other-key-than: mr0",
                        "mr: mr2, is: active, same-key-as: mr0",
                        "no-invariant-broken: true")
                .run();
    }

    /** An event may name an attachment as the timeline does, or as the kernel's view of it is called. */
    @ParameterizedTest
    @CsvSource({"a0", "buf/x0"})
    void anAttachmentIsNotifiedUnderBothOfItsNames(String lane) {
        Lifetime.on("release: \"6.19\"")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 5us, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 10us, do: map, attachment: a0",
                        "at: 20us, do: write-memory-enable, device: n0, enable: false")
                .expects(
                        "count: \"notify %s\", is: 1".formatted(lane),
                        "order: [\"map %s\", \"notify %s\"]".formatted(lane, lane))
                .run();
    }

    /** An expectation of one break does not excuse another of the same invariant at the same object. */
    @Test
    void aSecondWriteThatBreaksTheSameInvariantIsUnexpectedIfOnlyTheFirstIsExpected() {
        String[] lines = {
            "at: 1us, do: export, dma-buf: buf, from: n0, region: 4",
            "at: 2us, do: attach, attachment: a, dma-buf: buf, importer: x0",
            "at: 3us, do: map, attachment: a",
            "at: 901us, id: w, do: dma-write, attachment: a, size: 1MiB",
            "at: 905us, do: reset, device: n0",
            "at: 1801us, id: w2, do: dma-write, attachment: a, size: 1MiB",
            "at: 1805us, do: reset, device: n0",
        };
        RunOutcome run = Lifetime.on("release: \"6.19\"")
                .does(lines)
                .expects("broken: I-01, operation: w")
                .outcome();
        assertThat(run.expectations()).as("%s", Lifetime.describe(run)).allMatch(ExpectationOutcome::met);
        assertThat(run.invariants())
                .filteredOn(each -> each.id().equals("I-01"))
                .singleElement()
                .satisfies(each -> assertThat(each.good()).isFalse())
                .satisfies(each ->
                        assertThat(each.violation().orElseThrow().at()).isGreaterThan(1801 * Ticks.PER_MICROSECOND));
        Lifetime.on("release: \"6.19\"")
                .does(lines)
                .expects("broken: I-01, operation: w", "broken: I-01, operation: w2")
                .run();
    }

    /** R1: closed while memory is disabled, the shell is left with the flag that lets everybody map. */
    @Test
    void aShellOfAClosedDeviceThatMapsBreaksWhatRevokedForEverMeans() {
        Lifetime.on("release: \"6.1\", without-bugs: [orig-nents-not-restored, device-used-after-close]")
                .vfio("driver: vfio-rfc")
                .does(
                        "at: 0us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 10us, id: close, do: close-device, device: n0")
                .expects("broken: I-08, operation: close")
                .run();
    }
}
