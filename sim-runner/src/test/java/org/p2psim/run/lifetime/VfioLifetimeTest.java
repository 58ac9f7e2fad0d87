package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.SgTableOutcome;

/** BARs that vanish under those who use them. */
class VfioLifetimeTest {
    private static final String EXPORT = "at: 0us, do: export, dma-buf: buf, from: n0, region: 4";
    private static final String REGISTER =
            "at: 5us, do: register-mr, mr: mr0, nic: x0, dma-buf: buf, access: [local-write, remote-write]";

    private static String[] resetUnderAWriter() {
        return new String[] {
            EXPORT,
            REGISTER,
            "at: 20us, id: before, do: rdma-write, mr: mr0, size: 4KiB",
            "at: 30us, id: flr, do: reset, device: n0",
            "at: 35us, do: create-qp, qp: qp0, nic: x0",
            "at: 50us, id: during, do: rdma-write, mr: mr0, size: 4KiB, qp: qp0",
            "at: 140us, id: after, do: rdma-write, mr: mr0, size: 4KiB",
        };
    }

    @Test
    void aResetRevokesAndAnOnDemandRegionComesBackAfterIt() {
        RunOutcome run = Lifetime.on("release: \"6.19\"")
                .does(resetUnderAWriter())
                .expects(
                        "operation: before, is: done",
                        "dma: before, landed-in: { buf: 4KiB }, status: IBV_WC_SUCCESS",
                        "operation: flr, is: done, ends: 130us",
                        "mr: mr0, is: zapped, at: 60us",
                        "dma-buf: buf, is: revoked, at: 60us",
                        "dma: during, is: refused, status: IBV_WC_REM_ACCESS_ERR",
                        "qp: qp0, is: error",
                        "dma: after, is: completed, landed-in: { buf: 4KiB }",
                        "mr: mr0, is: active",
                        "order: [\"notify buf/x0\", \"unmap buf/x0\", \"reset n0\", \"restore buf\"]",
                        "count: \"revoke buf\", is: 1",
                        "device: n0, is: resetting, at: 100us",
                        "no-invariant-broken: true")
                .run();
        assertThat(run.waits()).anyMatch(wait -> wait.kind() == org.p2psim.dmabuf.Wait.Kind.RESET && wait.finished());
    }

    @Test
    void withTheInvertedFlagOfTheRfcNobodyIsToldAndNothingCanBeMappedAfterwards() {
        Lifetime.on("release: \"6.19\", without-bugs: [bar-index-not-stored, orig-nents-not-restored]")
                .vfio("reset-time: 100us, driver: vfio-rfc")
                .does(resetUnderAWriter())
                .expects(
                        "count: \"notify buf/x0\", is: 0, until: 129us",
                        "dma: during, dropped: 4KiB",
                        "broken: I-01, operation: during, enabled-by: flr",
                        "broken: I-08",
                        "broken: I-27",
                        "dma: after, is: refused")
                .run();
    }

    /** PCI_P2PDMA_MAP_BUS_ADDR in dma_buf_phys_vec_to_sgt() of 6.19; the posting called dma_map_resource(). */
    @ParameterizedTest
    @CsvSource({"vfio-rfc, IOVA, via the root complex", "vfio-6.19, PHYSICAL, direct"})
    void belowOneSwitchTheMergedDriverGivesBusAddressesAndThePostingIovas(
            String driver, SgTableOutcome.Addresses addresses, String delivery) {
        RunOutcome run = Lifetime.on("release: \"6.19\", without-bugs: [bar-index-not-stored]")
                .iommu("translating")
                .vfio("driver: " + driver)
                .does(EXPORT, REGISTER)
                .expects("mr: mr0, is: active")
                .run();
        assertThat(run.sgTables()).hasSize(1);
        assertThat(run.sgTables().get(0).addresses()).isEqualTo(addresses);
        assertThat(run.sgTables().get(0).iommuPages().isEmpty()).isEqualTo(driver.equals("vfio-6.19"));
        assertThat(run.answer().layers().get(2).verdict()).isEqualTo(delivery);
    }

    @Test
    void aPinnedImporterThatCanBeRevokedIsRevokedForEver() {
        Lifetime.on("release: \"7.1\"")
                .does(
                        EXPORT,
                        REGISTER.replace("x0", "x2"),
                        "at: 20us, id: before, do: rdma-write, mr: mr0, size: 4KiB",
                        "at: 30us, id: flr, do: reset, device: n0",
                        "at: 50us, id: during, do: rdma-write, mr: mr0, size: 4KiB",
                        "at: 140us, do: register-mr, mr: mr1, nic: x2, dma-buf: buf, access: [local-write, remote-write]",
                        "at: 150us, id: after, do: rdma-write, mr: mr1, size: 4KiB",
                        "at: 160us, do: deregister-mr, mr: mr0")
                .expects(
                        "dma: before, is: completed",
                        "mr: mr0, is: revoked, at: 31us",
                        "mr: mr0, is: revoked, at: 150us",
                        "dma: during, is: refused, status: IBV_WC_REM_ACCESS_ERR",
                        "dma: after, is: completed",
                        "order: [\"revoke buf\", \"key-invalidated mr0\", \"unmap buf/x2\", \"reset n0\"]",
                        "mr: mr0, is: deregistered",
                        "no-invariant-broken: true")
                .run();
    }

    @Test
    void whoNeverUnmapsKeepsARevocationWaitingForEver() {
        RunOutcome run = Lifetime.on("release: \"7.1\", bugs: [never-unmaps]")
                .does(EXPORT, REGISTER, "at: 30us, id: flr, do: reset, device: n0")
                .expects("broken: I-24, enabled-by: 1", "operation: flr, is: waiting", "broken: I-06")
                .run();
        assertThat(Lifetime.broken(run)).contains("I-24");
        assertThat(run.waits())
                .anyMatch(wait -> !wait.finished() && wait.blockers().contains("buf/x0"));
    }

    @Test
    void memoryOfADeviceThatIsDisabledFirstBelongsToAnotherWhenTheLastWritesLand() {
        Lifetime.on("release: \"6.19\", bugs: [disabled-before-revoked]")
                .vfio("reset-time: 300ns, write-latency: 2us")
                .does(
                        EXPORT,
                        REGISTER,
                        "at: 10us, id: late, do: rdma-write, mr: mr0, size: 4KiB",
                        "at: 10us, id: closing, do: close-device, device: n0",
                        "at: 10100ns, do: assign, device: n0, region: 4, offset: 0B, size: 64MiB, owner: other")
                .expects("broken: I-10, enabled-by: closing", "broken: I-03, operation: late, enabled-by: closing")
                .run();
    }

    @Test
    void nobodyOpensAFunctionThatIsNoLongerBound() {
        Lifetime.on("release: \"6.19\"")
                .does(
                        "at: 0us, do: close-device, device: n0",
                        "at: 10us, do: unbind, device: n0",
                        "at: 20us, id: open, do: open-device, device: n0, user: B")
                .expects("operation: open, errno: ENODEV")
                .run();
    }

    @Test
    void whatHasNotBegunIsNotRefused() {
        RunOutcome run = Lifetime.on("release: \"6.19\"")
                .does("at: 10us, do: export, dma-buf: buf, from: n0, region: 4")
                .expects("dma-buf: buf, is: refused, at: 5us")
                .outcome();
        assertThat(run.expectations()).singleElement().satisfies(each -> {
            assertThat(each.met()).isFalse();
            assertThat(each.found()).isEqualTo("not there");
        });
    }
}
