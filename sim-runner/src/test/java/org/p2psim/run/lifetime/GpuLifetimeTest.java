package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.ExpectationOutcome;
import org.p2psim.outcome.RunOutcome;

/** Buffers that move under those who map them. */
class GpuLifetimeTest {
    private static final String[] MOVE_UNDER_A_REGION = {
        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
        "at: 2us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write, remote-read]",
        "at: 5us, do: write-memory, device: g0, handle: bo, size: 1MiB, tag: mine",
        "at: 10us, do: evict, handle: bo",
        "at: 20us, id: write, do: rdma-write, mr: mr0, size: 4KiB",
        "at: 100us, id: read, do: rdma-read, mr: mr0, offset: 64KiB, size: 4KiB",
    };

    @Test
    void anOnDemandRegionFollowsAMoveAndItsNextAccessWaitsForTheCopy() {
        Lifetime.on("release: \"5.16\"")
                .does(MOVE_UNDER_A_REGION)
                .expects(
                        "handle: bo, place: visible-vram, at: 9us",
                        "handle: bo, place: system, at: 11us",
                        "mr: mr0, is: zapped, at: 15us",
                        "mr: mr0, is: zapped, at: 59us",
                        "mr: mr0, is: active, at: 61us",
                        "dma: write, is: completed, landed: { bo: 4KiB }, landed-in: { buf: 4KiB }",
                        "operation: write, ends-after: 60us",
                        "dma: read, data: { mine: 4KiB }",
                        "order: [\"move buf\", \"notify buf/x0\", \"zap mr0\", \"unmap buf/x0\", \"page-fault mr0\", \"map buf/x0\", \"load mr0\"]",
                        "count: \"notify buf/x0\", is: 1",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void whoDoesNotWaitForTheCopyIssuesDmaBeforeTheMoveIsOver() {
        Lifetime.on("release: \"5.16\", bugs: [no-fence-wait]")
                .does(MOVE_UNDER_A_REGION)
                .expects("broken: I-09, operation: write, enabled-by: 4")
                .run();
    }

    /**
     * Two faults and a move wait for one copy, all go on at 150 us: what the second fault maps is where the first move put
     * the buffer (I-03, I-11 and I-12), and it stays the buffer's until its importer has unmapped.
     */
    @ParameterizedTest
    @ValueSource(strings = {"0us", "1us", "5us"})
    void aFaultThatMapsJustBeforeAnotherMoveMapsTheBufferWhereItIs(String unmapTime) {
        Lifetime.on("release: \"6.12\"")
                .nic("unmap-time: " + unmapTime)
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 1us, do: register-mr, mr: mr0, nic: x3, dma-buf: buf, access: [local-write]",
                        "at: 2us, do: register-mr, mr: mr1, nic: x0, dma-buf: buf, access: [local-write]",
                        "at: 95us, do: defragment, handle: bo",
                        "at: 110us, id: first, do: local-access, mr: mr0, size: 4KiB, write: true",
                        "at: 111us, id: second, do: local-access, mr: mr1, size: 4KiB, write: true",
                        "at: 120us, do: defragment, handle: bo")
                .expects(
                        "order: [\"map buf/x3\", \"map buf/x0\", \"move buf\", \"unmap buf/x0\"]",
                        "dma: first, landed-in: { buf: 4KiB }",
                        "dma: second, landed-in: { buf: 4KiB }",
                        "no-invariant-broken: true")
                .run();
    }

    /** I-09 and 1.4: a dynamic importer gets its table at once, and has to wait for the copy itself. */
    @ParameterizedTest
    @CsvSource({"30us, 'broken: I-09, operation: read, enabled-by: evict'", "61us, no-invariant-broken: true"})
    void aDynamicImporterWaitsForTheCopyOfAMoveBeforeItsDeviceReads(String when, String expected) {
        Lifetime.on("release: \"6.12\"")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 1us, do: attach, attachment: a, dma-buf: buf, importer: x0",
                        "at: 10us, id: evict, do: evict, handle: bo",
                        "at: 20us, id: map, do: map, attachment: a",
                        "at: %s, id: read, do: dma-read, attachment: a, size: 4KiB".formatted(when))
                .expects("operation: map, ends: 20us", expected)
                .run();
    }

    /** 1.4: only since 6.16 dma_buf_map_attachment() waits for a static importer. */
    @ParameterizedTest
    @CsvSource({
        "6.15, 'broken: I-09, operation: read, enabled-by: attach', 20us",
        "6.16, no-invariant-broken: true, 70us"
    })
    void aStaticImporterWaitsForTheCopyItselfUntilTheCoreDoes(String release, String expected, String mapped) {
        Lifetime.on("release: \"%s\"".formatted(release))
                .importer("static")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram]",
                        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 10us, id: attach, do: attach, attachment: a, dma-buf: buf, importer: x0",
                        "at: 20us, id: map, do: map, attachment: a",
                        "at: %s, id: read, do: dma-read, attachment: a, size: 4KiB"
                                .formatted(release.equals("6.16") ? "71us" : "21us"))
                .expects("operation: map, ends: " + mapped, expected)
                .run();
    }

    /** amdgpu_object.c: what is unpinned once too often is taken off the driver's count of pinned bytes once too often. */
    @Test
    void unpinningTwiceTakesAnotherImportersBytesOffTheDriversCount() {
        Lifetime.on("release: \"6.14\"")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB",
                        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 2us, do: register-mr, mr: mr0, nic: x1, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 3us, do: attach, attachment: a0, dma-buf: buf, importer: x2",
                        "at: 4us, do: pin, attachment: a0",
                        "at: 5us, do: unpin, attachment: a0",
                        "at: 6us, id: again, do: unpin, attachment: a0")
                .expects("broken: I-16, operation: again", "broken: I-36, operation: again")
                .run();
    }

    /** The same with an exporter that has no pin callback, and nothing to count: S14 and S15. */
    @Test
    void whereTheExporterHasNoPinCallbackThereIsNothingToTakeOffTwice() {
        Lifetime.on("release: \"7.1\"")
                .does(
                        "at: 1us, do: export, dma-buf: buf, from: n0, region: 4",
                        "at: 3us, do: attach, attachment: a0, dma-buf: buf, importer: x2",
                        "at: 4us, do: pin, attachment: a0",
                        "at: 5us, do: unpin, attachment: a0",
                        "at: 6us, id: again, do: unpin, attachment: a0")
                .expects("broken: I-16, operation: again")
                .run();
    }

    @Test
    void withoutARouteTheBufferGoesToSystemMemory() {
        Lifetime.on("release: \"6.14\"")
                .hostBridge("8086:1234")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram]",
                        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 2us, do: attach, attachment: a0, dma-buf: buf, importer: x3",
                        "at: 3us, do: register-mr, mr: mr0, nic: x3, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 100us, id: write, do: rdma-write, mr: mr0, size: 4KiB")
                .expects(
                        "attachment: a0, peer-to-peer: false",
                        "handle: bo, place: system",
                        "dma: write, is: completed, landed: { bo: 4KiB }",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void theThirdBufferPushesTheOldestOutOfASmallWindowWhichComesBackAtItsNextAccess() {
        Lifetime.on("release: \"6.14\"")
                .does(
                        "at: 0us, do: allocate, handle: b1, from: g0, size: 128MiB, flags: [vram]",
                        "at: 0us, do: allocate, handle: b2, from: g0, size: 128MiB, flags: [vram]",
                        "at: 0us, do: allocate, handle: b3, from: g0, size: 128MiB, flags: [vram]",
                        "at: 1us, do: export, dma-buf: d1, from: g0, handle: b1",
                        "at: 1us, do: export, dma-buf: d2, from: g0, handle: b2",
                        "at: 1us, do: export, dma-buf: d3, from: g0, handle: b3",
                        "at: 2us, do: register-mr, mr: m1, nic: x0, dma-buf: d1, access: [local-write, remote-write]",
                        "at: 200us, do: register-mr, mr: m2, nic: x0, dma-buf: d2, access: [local-write, remote-write]",
                        "at: 400us, id: third, do: register-mr, mr: m3, nic: x0, dma-buf: d3, access: [local-write, remote-write]",
                        "at: 700us, id: back, do: rdma-write, mr: m1, size: 4KiB")
                .expects(
                        "handle: b1, place: visible-vram, at: 300us",
                        "handle: b2, place: visible-vram, at: 300us",
                        "count: \"notify d1/x0\", is: 1, from: 100us, until: 600us",
                        "mr: m1, is: zapped, at: 600us",
                        "handle: b1, place: vram, at: 600us",
                        "dma: back, is: completed",
                        "handle: b1, place: visible-vram",
                        "handle: b2, place: vram",
                        "count: \"notify d2/x0\", is: 1, from: 300us",
                        "no-invariant-broken: true")
                .run();
    }

    /** drm_gem_prime_handle_to_fd(): an object has one dma-buf. */
    @Test
    void aBufferThatIsExportedTwiceHasTwoDescriptorsOfOneDmaBuf() {
        Lifetime.on("release: \"6.12\"")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 2us, do: export, dma-buf: again, from: g0, handle: bo",
                        "at: 3us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 4us, do: close, dma-buf: again",
                        "at: 5us, do: evict, handle: bo",
                        "at: 200us, id: write, do: rdma-write, mr: mr0, size: 4KiB")
                .expects(
                        "dma-buf: again, references: 3, at: 3us",
                        "dma-buf: again, references: 2",
                        "count: \"zap mr0\", is: 1",
                        "dma: write, landed-in: { buf: 4KiB }",
                        "no-invariant-broken: true")
                .run();
    }

    /** Section 8 of the threads' model: what cannot be taken away keeps an owner. */
    @Test
    void aBufferThatCannotLeaveTheVramKeepsItsOwner() {
        Lifetime.on("release: \"6.12\"")
                .does(
                        "at: 0us, do: set-master, device: g0, user: A",
                        "at: 1us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram-only, cpu-visible]",
                        "at: 2us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 3us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 4us, id: drop, do: drop-master, device: g0",
                        "at: 5us, id: next, do: set-master, device: g0, user: B")
                .expects("operation: drop, is: done", "operation: next, is: refused", "no-invariant-broken: true")
                .run();
    }

    /** A fault of the requester's own memory pauses the work request; nobody sends a NAK. */
    @Test
    void aWriteFromMemoryThatMovesIsPausedAndNotRetried() {
        Lifetime.on("release: \"6.19\"")
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: export, dma-buf: hbm, from: h0, address: 0x24000000, size: 1MiB",
                        "at: 2us, do: register-mr, mr: target, nic: x1, dma-buf: hbm, access: [local-write, remote-write]",
                        "at: 3us, do: allocate, handle: bo, from: g0, size: 16MiB, flags: [vram, cpu-visible]",
                        "at: 4us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 5us, do: register-mr, mr: src, nic: x0, dma-buf: buf, access: [local-write]",
                        "at: 6us, do: create-qp, qp: q, nic: x0, rnr-retry: 1",
                        "at: 7us, do: evict, handle: bo",
                        "at: 8us, id: write, do: rdma-write, mr: target, local: src, requester: x0, qp: q, size: 4KiB")
                .expects(
                        "dma: write, status: IBV_WC_SUCCESS, landed-in: { hbm: 4KiB }",
                        "operation: write, ends-after: 57us",
                        "count: \"rnr-nak write\", is: 0",
                        "qp: q, is: ready")
                .run();
    }

    /** One NAK for each attempt: with no retry left the first one ends the work request. */
    @Test
    void aRequesterWithoutRetriesDiesOfTheFirstNak() {
        Lifetime.on("release: \"6.19\"")
                .does(
                        "at: 0us, do: allocate, handle: bo, from: g0, size: 16MiB, flags: [vram, cpu-visible]",
                        "at: 1us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 2us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 3us, do: create-qp, qp: q, nic: x0, rnr-retry: 0",
                        "at: 4us, do: evict, handle: bo",
                        "at: 5us, id: write, do: rdma-write, mr: mr0, qp: q, size: 4KiB")
                .expects(
                        "dma: write, status: IBV_WC_RNR_RETRY_EXC_ERR",
                        "count: \"rnr-nak write\", is: 1",
                        "qp: q, is: error")
                .run();
    }

    /** An unrelated thread that waits with its locks says nothing of a buffer. */
    @Test
    void aBufferInTheWrongPlaceIsFoundWhileOthersWait() {
        RunOutcome run = Lifetime.on("release: \"6.19\", bugs: [dynamic-handed-pinned-vram]")
                .gpu("driver: amdgpu")
                .nic("unmap-time: 100us")
                .hostBridge("8086:1234")
                .does(
                        "at: 0us, do: export, dma-buf: bar, from: n0, region: 4",
                        "at: 1us, do: register-mr, mr: slow, nic: x0, dma-buf: bar, access: [local-write]",
                        "at: 2us, id: flr, do: reset, device: n0",
                        "at: 3us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                        "at: 4us, do: export, dma-buf: buf, from: g0, handle: bo",
                        "at: 5us, do: register-mr, mr: pinned, nic: x1, dma-buf: buf, access: [local-write]",
                        "at: 20us, id: late, do: register-mr, mr: far, nic: x3, dma-buf: buf, access: [local-write]")
                .expects("operation: late, is: done, ends-before: 50us", "operation: flr, ends-after: 100us")
                .outcome();
        assertThat(run.expectations()).as(Lifetime.describe(run)).allMatch(ExpectationOutcome::met);
        assertThat(run.invariants())
                .as(Lifetime.describe(run))
                .anyMatch(outcome -> outcome.id().equals("I-37") && !outcome.held());
    }
}
