package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.outcome.RunOutcome;

/** Memory that is pinned for good, and its owners. */
class HabanalabsLifetimeTest {
    private static final String[] EXFILTRATION = {
        "at: 0us, do: open-device, device: h0, user: A",
        "at: 1us, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB",
        "at: 2us, do: register-mr, mr: mr0, nic: x1, dma-buf: buf, access: [remote-read]",
        "at: 3us, do: write-memory, device: h0, address: 0x24000000, size: 1MiB",
        "at: 10us, id: fd, do: close, dma-buf: buf",
        "at: 10us, id: leaves, do: close-device, device: h0, user: A",
        "at: 50us, id: enters, do: open-device, device: h0, user: B",
        "at: 60us, do: write-memory, device: h0, address: 0x24000000, size: 1MiB, tag: secret",
        "at: 70us, id: spy, do: rdma-read, mr: mr0, size: 4KiB",
        "at: 100us, do: deregister-mr, mr: mr0",
        "at: 105us, id: early, do: open-device, device: h0, user: B",
        "at: 150us, id: again, do: open-device, device: h0, user: B",
        "at: 160us, id: look, do: read-memory, device: h0, address: 0x24000000, size: 4KiB",
    };

    @Test
    void theContextOfTheFirstUserKeepsTheSecondOneOut() {
        String[] timeline = EXFILTRATION.clone();
        timeline[7] = "at: 60us, do: read-memory, device: h0, address: 0x24000000, size: 4KiB";
        Lifetime.on("release: \"5.16\"")
                .habanalabs("scrub: true, driver: hl-v6")
                .does(timeline)
                .expects(
                        "operation: enters, errno: EBUSY",
                        "dma: spy, is: completed, data: { A: 4KiB }, landed: { A: 4KiB }",
                        "operation: early, is: done, ends: 110us",
                        "operation: again, errno: EBUSY",
                        "dma: look, data: { nobody: 4KiB }",
                        "order: [\"release buf\", \"scrub h0\"]",
                        "no-invariant-broken: true")
                .run();
    }

    /** Section 2.6: closing resets it; what is on its way then finds nobody who answers (section 0.3). */
    @Test
    void whatWasInFlightWhenTheDeviceIsResetIsDropped() {
        RunOutcome run = Lifetime.on("release: \"6.2\"")
                .habanalabs("driver: hl-6.2")
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 4MiB",
                        "at: 2us, do: register-mr, mr: mr0, nic: x1, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 10us, do: rdma-write, mr: mr0, size: 4MiB",
                        "at: 20us, do: close-device, device: h0, user: A")
                .expects("count: \"reset h0\", is: 1")
                .run();
        assertThat(run.inFlight()).singleElement().satisfies(flight -> {
            assertThat(flight.tlps()).isPositive();
            assertThat(flight.landed()).isZero();
            assertThat(flight.lastLanding()).isEmpty();
            assertThat(flight.dropped()).isEqualTo(flight.tlps());
        });
    }

    @Test
    void on62TheDeviceIsResetUnderTheMappingAndTheSecondUserIsToldToTryAgain() {
        Lifetime.on("release: \"6.2\"")
                .habanalabs("driver: hl-6.2")
                .does(EXFILTRATION)
                .expects("operation: enters, errno: EAGAIN", "order: [\"close-device h0\", \"reset h0\"]")
                .run();
    }

    @Test
    void withoutTheReferenceTheReaderGetsTheSecretsOfTheNextUser() {
        Lifetime.on("release: \"5.16\", bugs: [no-context-reference]")
                .habanalabs("driver: hl-v6")
                .does(EXFILTRATION)
                .expects(
                        "operation: enters, is: done",
                        "broken: I-23, at: 50us, operation: enters, enabled-by: leaves",
                        "broken: I-03, operation: spy, enabled-by: leaves",
                        "dma: spy, data: { secret: 4KiB }, landed: { B: 4KiB }")
                .run();
    }

    @Test
    void anAllocationIsNotFreedUntilTheLastImporterLetsGo() {
        Lifetime.on("release: \"5.16\", dma-buf: core-5.12")
                .does(
                        "at: 0us, do: allocate, handle: h, from: h0, page-size: 2MiB, size: 8MiB",
                        "at: 1us, do: export, dma-buf: buf, from: h0, handle: h",
                        "at: 10us, do: register-mr, mr: mr0, nic: x1, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 20us, do: close, dma-buf: buf",
                        "at: 30us, id: write, do: rdma-write, mr: mr0, size: 4KiB",
                        "at: 40us, id: free, do: free, handle: h",
                        "at: 50us, do: deregister-mr, mr: mr0",
                        "at: 60us, id: freed, do: free, handle: h")
                .expects(
                        "dma-buf: buf, is: exported, references: 1, at: 20us",
                        "handle: h, exporting: 1, at: 40us",
                        "operation: free, errno: EINVAL",
                        "dma: write, is: completed, landed-in: { buf: 4KiB }",
                        "sg: mr0, lengths: [8MiB]",
                        "dma-buf: buf, is: released",
                        "operation: freed, is: done",
                        "handle: h, is: freed",
                        "no-invariant-broken: true")
                .run();
    }

    /** hl_device_open() looks at the context again once it has the lock. */
    @Test
    void ofTwoWhoWaitForTheSameScrubOneGetsTheDevice() {
        Lifetime.on("release: \"5.16\"")
                .habanalabs("scrub: true, driver: hl-v6")
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: close-device, device: h0, user: A",
                        "at: 2us, id: second, do: open-device, device: h0, user: B",
                        "at: 3us, id: third, do: open-device, device: h0, user: C")
                .expects(
                        "operation: second, is: done, ends: 11us",
                        "operation: third, errno: EBUSY",
                        "device: h0, is: open, user: B")
                .run();
    }

    @Test
    void whoHasClosedTheDeviceNeitherAllocatesNorExportsNorFrees() {
        Lifetime.on("release: \"5.16\"")
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: allocate, handle: h, from: h0, page-size: 2MiB, size: 4MiB",
                        "at: 10us, do: close-device, device: h0, user: A",
                        "at: 20us, id: more, do: allocate, handle: h2, from: h0, page-size: 2MiB, size: 4MiB",
                        "at: 21us, id: by-address, do: export, dma-buf: d1, from: h0, address: 0x24000000, size: 1MiB",
                        "at: 22us, id: by-handle, do: export, dma-buf: d2, from: h0, handle: h",
                        "at: 23us, id: free, do: free, handle: h")
                .expects(
                        "operation: more, errno: EBADF",
                        "operation: by-address, errno: EBADF",
                        "operation: by-handle, errno: EBADF",
                        "operation: free, errno: EBADF")
                .run();
    }

    @Test
    void whatWasFreedOrLiesOutsideOfTheBarIsNeitherWrittenNorRead() {
        Lifetime.on("release: \"5.16\"")
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: allocate, handle: h, from: h0, size: 4MiB, page-size: 2MiB, memory: device",
                        "at: 2us, id: beyond, do: write-memory, device: h0, handle: h, offset: 3MiB, size: 2MiB",
                        "at: 3us, do: free, handle: h",
                        "at: 4us, id: freed, do: write-memory, device: h0, handle: h, size: 4KiB",
                        "at: 5us, id: none, do: read-memory, device: h0, handle: h, size: 4KiB")
                .expects(
                        "operation: beyond, errno: EINVAL",
                        "operation: freed, errno: EINVAL",
                        "operation: none, errno: EINVAL")
                .run();
    }

    @Test
    void whatAUserHasAllocatedEndsWithHisContext() {
        Lifetime.on("release: \"5.16\"")
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: allocate, handle: h, from: h0, page-size: 2MiB, size: 4MiB",
                        "at: 10us, do: close-device, device: h0, user: A",
                        "at: 100us, do: open-device, device: h0, user: B",
                        "at: 110us, id: export, do: export, dma-buf: buf, from: h0, handle: h",
                        "at: 120us, id: free, do: free, handle: h")
                .expects("operation: export, errno: EINVAL", "operation: free, errno: EINVAL")
                .run();
    }
}
