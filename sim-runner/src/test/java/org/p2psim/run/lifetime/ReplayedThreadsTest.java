package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What mailing lists argued about, as far as it needs no DMA: who is refused where, who is told how often. */
class ReplayedThreadsTest {
    private static final String HL = "at: 0us, do: export, dma-buf: buf, from: h0, address: 0x24000000, size: 1MiB";
    private static final String BAR = "at: 0us, do: export, dma-buf: buf, from: n0, region: 4";

    @Test
    void until615TheRefusalToMapComesOutOfAttachAndLaterOutOfMap() {
        String[] timeline = {
            HL,
            "at: 1us, id: attach, do: attach, attachment: a0, dma-buf: buf, importer: x3",
            "at: 2us, id: map, do: map, attachment: a0"
        };
        Lifetime.on("release: \"5.16\", dma-buf: core-5.12")
                .hostBridge("8086:1234")
                .does(timeline)
                .expects("operation: attach, errno: EPERM", "dma-buf: buf, references: 1", "no-invariant-broken: true")
                .run();
        Lifetime.on("release: \"6.16\", dma-buf: core-6.16")
                .hostBridge("8086:1234")
                .does(timeline)
                .expects(
                        "operation: attach, is: done",
                        "attachment: a0, peer-to-peer: false",
                        "operation: map, errno: EPERM",
                        "no-invariant-broken: true")
                .run();
    }

    @ParameterizedTest
    @CsvSource({"true, '{ nobody: 4KiB }'", "false, '{ A: 4KiB }'"})
    void onlyScrubbedMemoryHoldsNothingOfTheLastUser(boolean scrub, String data) {
        Lifetime.on("release: \"5.16\"")
                .habanalabs("driver: hl-v6, scrub: " + scrub)
                .does(
                        "at: 0us, do: open-device, device: h0, user: A",
                        "at: 1us, do: write-memory, device: h0, address: 0x24000000, size: 1MiB",
                        "at: 2us, do: close-device, device: h0, user: A",
                        "at: 3us, id: opens, do: open-device, device: h0, user: B",
                        "at: 20us, id: look, do: read-memory, device: h0, address: 0x24000000, size: 4KiB")
                .expects(
                        "operation: opens, ends: " + (scrub ? "12us" : "3us"),
                        "dma: look, data: " + data,
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void theWrongBarIsMappedAndShownToBe() {
        Lifetime.on("release: \"6.19\", without-bugs: [revoked-inverted]")
                .vfio("driver: vfio-rfc")
                .does(
                        BAR,
                        "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 2us, id: bell, do: rdma-write, mr: mr0, offset: 16B, size: 16B")
                .expects(
                        "broken: I-12",
                        "broken: I-11",
                        "broken: I-03",
                        "dma: bell, landed-in: { elsewhere: 16B, buf: 0B }")
                .run();
    }

    @Test
    void tablesOfTheRfcAreLeakedAtEachUnmap() {
        Lifetime lifetime =
                Lifetime.on("release: \"6.19\"").vfio("driver: vfio-rfc").does(BAR);
        lifetime.does("at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: x0");
        for (int i = 0; i < 100; i++) {
            lifetime.does(
                    "at: %dus, do: map, attachment: a0".formatted(2 + 2 * i),
                    "at: %dus, do: unmap, attachment: a0".formatted(3 + 2 * i));
        }
        lifetime.does("at: 1ms, do: detach, attachment: a0", "at: 1ms, do: close, dma-buf: buf")
                .expects(
                        "broken: I-14, at: 3us",
                        "broken: I-38",
                        "broken: I-12",
                        "broken: I-11",
                        "count: \"leak buf/x0\", is: 100",
                        "dma-buf: buf, is: released")
                .run();
    }

    @Test
    void onePinnedImporterIsRefusedByPinThenByAttach() {
        String register = "at: 1us, id: reg, do: register-mr, mr: mr0, nic: x1, dma-buf: buf, access: [remote-read]";
        Lifetime.on("release: \"6.19\"")
                .vfio("driver: vfio-rfc")
                .does(BAR, register)
                .expects("operation: reg, errno: EINVAL", "dma-buf: buf, references: 1", "no-invariant-broken: true")
                .run();
        Lifetime.on("release: \"6.19\"")
                .does(BAR, register)
                .expects(
                        "operation: reg, errno: EOPNOTSUPP",
                        "count: \"attach buf/x1\", is: 1",
                        "no-invariant-broken: true")
                .run();
        Lifetime.on("release: \"7.1\"")
                .does(BAR, register)
                .expects(
                        "operation: reg, errno: EOPNOTSUPP",
                        "count: \"attach buf/x1\", is: 0",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void whoWasPinnedByMistakeGoesOnThroughTheReset() {
        Lifetime.on("release: \"6.19\", bugs: [pin-op-forgotten]")
                .vfio("reset-time: 100us")
                .does(
                        BAR,
                        "at: 1us, do: register-mr, mr: mr0, nic: x1, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 30us, id: flr, do: reset, device: n0",
                        "at: 50us, id: during, do: rdma-write, mr: mr0, size: 4KiB")
                .expects(
                        "broken: I-01, operation: during, enabled-by: flr",
                        "dma: during, dropped: 4KiB",
                        "broken: I-06")
                .run();
    }

    @Test
    void theMemoryEnableBitTellsOnceAndOnlyIfItChanges() {
        Lifetime.on("release: \"6.19\"")
                .vfio("memory-enabled: false")
                .does(
                        BAR,
                        "at: 1us, id: early, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 2us, do: write-memory-enable, device: n0, enable: true",
                        "at: 3us, do: attach, attachment: a1, dma-buf: buf, importer: x0",
                        "at: 4us, do: map, attachment: a1",
                        "at: 5us, do: write-memory-enable, device: n0, enable: true",
                        "at: 6us, do: unmap, attachment: a1",
                        "at: 7us, do: write-memory-enable, device: n0, enable: false",
                        "at: 8us, do: write-memory-enable, device: n0, enable: false")
                .expects(
                        "operation: early, errno: ENODEV",
                        "dma-buf: buf, is: revoked, at: 1us",
                        "dma-buf: buf, is: mappable, at: 4us",
                        "count: \"notify buf/x0\", is: 1",
                        "count: \"notify buf/x0\", is: 0, until: 6us",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void aHotResetRevokesEveryDeviceOfTheSetFirst() {
        String[] timeline = {
            "at: 0us, do: export, dma-buf: a, from: n0, region: 4",
            "at: 0us, do: export, dma-buf: b, from: n0, region: 0",
            "at: 0us, do: export, dma-buf: c, from: n1, region: 0",
            "at: 1us, do: attach, attachment: aa, dma-buf: a, importer: x0",
            "at: 1us, do: attach, attachment: ab, dma-buf: b, importer: x0",
        };
        Lifetime.on("release: \"6.19\"")
                .vfio("reset-time: 100us, device-set: s0")
                .secondVfio("memory-enabled: false, device-set: s0")
                .does(timeline)
                .does("at: 10us, id: hot, do: hot-reset, device: n1")
                .expects(
                        "operation: hot, ends: 110us",
                        "order: [\"revoke a\", \"revoke b\", \"reset n0\", \"reset-done n0\", \"restore a\", \"restore b\"]",
                        "count: \"revoke c\", is: 0",
                        "count: \"restore c\", is: 0",
                        "dma-buf: c, is: revoked",
                        "dma-buf: a, is: mappable",
                        "count: \"notify a/x0\", is: 2",
                        "no-invariant-broken: true")
                .run();
        Lifetime.on("release: \"6.19\"")
                .vfio("device-set: s0")
                .secondVfio("device-set: s0")
                .does(timeline)
                .does("at: 10us, id: hot, do: hot-reset, device: n1, owns-all: false")
                .expects("operation: hot, errno: EINVAL", "count: \"notify a/x0\", is: 0", "no-invariant-broken: true")
                .run();
    }

    @Test
    void aDmaBufOutlivesItsDeviceAsAShell() {
        Lifetime.on("release: \"7.1\"")
                .vfio("reset-time: 100us")
                .does(
                        BAR,
                        "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 10us, id: closes, do: close-device, device: n0",
                        "at: 200us, id: fault, do: rdma-write, mr: mr0, size: 4KiB",
                        "at: 210us, id: opens, do: open-device, device: n0, user: B",
                        "at: 211us, do: write-memory-enable, device: n0, enable: true",
                        "at: 220us, id: late, do: attach, attachment: a0, dma-buf: buf, importer: x0",
                        "at: 230us, do: deregister-mr, mr: mr0",
                        "at: 240us, do: close, dma-buf: buf")
                .expects(
                        "operation: closes, is: done",
                        "order: [\"revoke buf\", \"unmap buf/x0\", \"disable n0\"]",
                        "dma: fault, is: refused, status: IBV_WC_REM_ACCESS_ERR",
                        "operation: late, errno: ENODEV",
                        "device: n0, is: open, user: B",
                        "dma-buf: buf, is: released",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void aMappingCountThatIsPutTwiceLetsCloseWaitForEver() {
        String[] timeline = {
            BAR,
            "at: 1us, do: write-memory-enable, device: n0, enable: false",
            "at: 2us, id: closes, do: close-device, device: n0"
        };
        Lifetime.on("release: \"7.1\"")
                .vfio("reset-time: 1us, driver: vfio-7.1rc")
                .does(timeline)
                .expects("broken: I-24", "broken: I-29", "operation: closes, is: waiting")
                .run();
        Lifetime.on("release: \"7.1\"")
                .vfio("reset-time: 1us")
                .does(timeline)
                .expects("operation: closes, is: done, ends: 3us", "no-invariant-broken: true")
                .run();
    }

    @ParameterizedTest
    @ValueSource(strings = {"30us", "40us"})
    void aSlowDriverHoldsUpTheReset(String unmapTime) {
        assertThat(Lifetime.on("release: \"6.19\"")
                        .vfio("reset-time: 100us")
                        .nic("unmap-time: " + unmapTime)
                        .does(
                                BAR,
                                "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                                "at: 10us, id: flr, do: reset, device: n0",
                                "at: 11us, id: bit, do: write-memory-enable, device: n0, enable: false")
                        .expects(
                                "operation: flr, ends: %dus"
                                        .formatted(110 + Integer.parseInt(unmapTime.substring(0, 2))),
                                "operation: bit, is: waiting, at: 20us",
                                "no-invariant-broken: true")
                        .run()
                        .waits())
                .anyMatch(wait -> wait.kind() == org.p2psim.dmabuf.Wait.Kind.LOCK && wait.finished());
    }

    @Test
    void whatWasInFlightWhenAccessEndedIsCounted() {
        assertThat(Lifetime.on("release: \"6.19\"")
                        .vfio("reset-time: 1us")
                        .does(
                                BAR,
                                "at: 1us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]",
                                "at: 10us, id: write, do: rdma-write, mr: mr0, size: 1MiB",
                                "at: 20us, id: flr, do: reset, device: n0")
                        .expects(
                                "dma: write, is: unfinished, status: IBV_WC_REM_ACCESS_ERR",
                                "no-invariant-broken: true")
                        .run()
                        .inFlight())
                .hasSize(1)
                .allSatisfy(flight -> {
                    assertThat(flight.dma()).isEqualTo("write");
                    assertThat(flight.bytes()).isPositive().isLessThan(1 << 20);
                    assertThat(flight.landed()).isEqualTo(flight.tlps());
                    assertThat(flight.landedAfter()).isZero();
                    assertThat(flight.lastLanding().orElseThrow()).isGreaterThanOrEqualTo(20_000L * 16_000);
                });
    }
}
