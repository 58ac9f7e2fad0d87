package org.p2psim.run.importers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * poll() of a dma-buf: POLLIN once all write fences are signalled, POLLOUT once all are; a release that meets a callback
 * of it is a BUG (drivers/dma-buf/dma-buf.c, dma_buf_poll(), dma_buf_poll_cb(), dma_buf_release()).
 */
class PollTest {
    private static final String BEFORE = "release: \"5.15\"";
    private static final String SINCE = "release: \"5.16\"";

    private static final String[] COPIED_FROM_10US_TO_60US = {
        "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
        "at: 0us, do: export, dma-buf: buf, from: g0, handle: bo",
        "at: 10us, do: evict, handle: bo",
    };

    @Test
    void withoutFencesBothEventsAreThereAtOnce() {
        Machine.on(SINCE)
                .does(
                        "at: 0ns, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB",
                        "at: 1us, do: poll, id: poll, dma-buf: buf, events: [in, out]",
                        "at: 2us, do: poll, id: out, dma-buf: buf, events: [out]")
                .gives(
                        "operation: poll, is: done, gives: [in, out], ends: 1us",
                        "operation: out, gives: [out]",
                        "dma-buf: buf, references: 1",
                        "no-invariant-broken: true");
    }

    /** A move adds a KERNEL fence, which both events wait for. */
    @ParameterizedTest
    @ValueSource(strings = {"in", "out", "in, out"})
    void aPollWaitsForTheCopyOfAMove(String events) {
        Machine.on(SINCE)
                .does(COPIED_FROM_10US_TO_60US)
                .does("at: 20us, do: poll, id: poll, dma-buf: buf, events: [" + events + "]")
                .gives(
                        "operation: poll, is: waiting, at: 59us",
                        "operation: poll, is: done, gives: [" + events + "], ends: 60us",
                        "order: [\"move buf\", \"poll buf\"]",
                        "no-invariant-broken: true");
    }

    @Test
    void whoOnlyLooksDoesNotWaitAndGetsNothing() {
        Machine.on(SINCE)
                .does(COPIED_FROM_10US_TO_60US)
                .does(
                        "at: 20us, do: poll, id: look, dma-buf: buf, events: [in, out], timeout: 0ns",
                        "at: 70us, do: poll, id: again, dma-buf: buf, events: [in, out], timeout: 0ns")
                .gives(
                        "operation: look, is: done, gives: [], ends: 20us",
                        "operation: again, gives: [in, out], ends: 70us");
    }

    @Test
    void aTimeoutEndsItWithoutAnEvent() {
        Machine.on(SINCE)
                .does(COPIED_FROM_10US_TO_60US)
                .does("at: 20us, do: poll, id: poll, dma-buf: buf, events: [in], timeout: 15us")
                .gives("operation: poll, is: done, gives: [], ends: 35us");
    }

    @Test
    void aSignalEndsItWithEintr() {
        Machine.on(SINCE)
                .does(COPIED_FROM_10US_TO_60US)
                .does("at: 20us, do: poll, id: poll, dma-buf: buf, events: [in]", "at: 25us, do: signal, line: poll")
                .gives("operation: poll, errno: EINTR, ends: 25us");
    }

    @Test
    void aClosedDescriptorCannotBePolled() {
        Machine.on(SINCE)
                .does(COPIED_FROM_10US_TO_60US)
                .does("at: 70us, do: close, dma-buf: buf", "at: 80us, do: poll, id: poll, dma-buf: buf, events: [in]")
                .gives("operation: poll, errno: EBADF");
    }

    /** poll() holds the file that it waits for, whoever closes the descriptor. */
    @ParameterizedTest
    @ValueSource(strings = {BEFORE, SINCE})
    void theFileIsThereForAsLongAsSomebodyWaits(String kernel) {
        Machine.on(kernel)
                .does(COPIED_FROM_10US_TO_60US)
                .does("at: 20us, do: poll, id: poll, dma-buf: buf, events: [in]", "at: 30us, do: close, dma-buf: buf")
                .gives(
                        "dma-buf: buf, is: exported, at: 59us",
                        "operation: poll, gives: [in], ends: 60us",
                        "dma-buf: buf, is: released",
                        "count: release buf, is: 1, from: 60us",
                        "no-invariant-broken: true");
    }

    @Test
    void aCallbackThatOutlivesTheFileIsABug() {
        Machine.on(BEFORE)
                .does(COPIED_FROM_10US_TO_60US)
                .does(
                        "at: 20us, do: poll, id: look, dma-buf: buf, events: [in], timeout: 0ns",
                        "at: 30us, do: close, id: close, dma-buf: buf")
                .gives(
                        "dma-buf: buf, is: released, at: 30us",
                        "broken: I-33, at: 30us, operation: close, enabled-by: look");
    }

    @Test
    void aPollThatWasInterruptedLeavesItsCallbackToo() {
        Machine.on(BEFORE)
                .does(COPIED_FROM_10US_TO_60US)
                .does(
                        "at: 20us, do: poll, id: poll, dma-buf: buf, events: [out]",
                        "at: 25us, do: signal, line: poll",
                        "at: 30us, do: close, dma-buf: buf")
                .gives("broken: I-33, at: 30us, enabled-by: poll");
    }

    /** One event is there, and the callback for the other is left. */
    @Test
    void onceTheFenceIsSignalledNoCallbackIsLeft() {
        Machine.on(BEFORE)
                .does(COPIED_FROM_10US_TO_60US)
                .does(
                        "at: 20us, do: poll, dma-buf: buf, events: [in, out], timeout: 0ns",
                        "at: 61us, do: close, dma-buf: buf")
                .gives("dma-buf: buf, is: released", "no-invariant-broken: true");
    }

    /** "dma-buf/poll: Get a file reference for outstanding fence callbacks", commit ff2d23843f7f. */
    @Test
    void since516TheCallbackKeepsTheBufferUntilTheFenceIsSignalled() {
        Machine.on(SINCE)
                .does(COPIED_FROM_10US_TO_60US)
                .does(
                        "at: 20us, do: poll, dma-buf: buf, events: [in, out], timeout: 0ns",
                        "at: 30us, do: close, dma-buf: buf")
                .gives(
                        "dma-buf: buf, references: 3, at: 25us",
                        "dma-buf: buf, references: 2, at: 30us",
                        "count: release buf, is: 1, from: 60us, until: 60us",
                        "dma-buf: buf, is: released",
                        "no-invariant-broken: true");
    }
}
