package org.p2psim.run.nic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.p2psim.run.ScenarioText.transfer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.run.ScenarioText;
import org.p2psim.unit.Ticks;

/** RDMA over the ports of NICs that share switches with accelerators. */
class WireTest {
    private static final String[] MRS = {
        "at: 0ns, do: export, dma-buf: b0, from: acc0, address: 0x24000000, size: 32MiB",
        "at: 0ns, do: export, dma-buf: b1, from: acc1, address: 0x24000000, size: 32MiB",
        "at: 1us, do: register-mr, mr: mr0, nic: nic0, dma-buf: b0, access: [local-write, remote-read, remote-write]",
        "at: 1us, do: register-mr, mr: mr1, nic: nic0, dma-buf: b1, access: [local-write, remote-read, remote-write]",
        "at: 1us, do: register-mr, mr: far, nic: nic1, dma-buf: b1, access: [local-write, remote-read, remote-write]",
        "at: 1us, do: register-mr, mr: readonly, nic: nic1, dma-buf: b1, access: [remote-read]",
    };

    private static String file(String link, String wire, String... timeline) {
        return """
                p2psim: 1
                title: test
                kernel: { release: "5.15" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      host-bridge: { at: "00.0", id: "8086:2020" }
                      root-ports:
                        - id: rp0
                          link: %1$s
                          switch:
                            id: sw0
                            downstream:
                              - { id: dp0, device: acc0 }
                              - { id: dp1, device: acc1 }
                              - { id: dp2, device: nic0 }
                              - { id: dp3, device: nic1 }
                devices:
                  acc0:
                    type: habanalabs
                    dram: { base: 0x20000000, size: 32GiB }
                    bars: { 4: { size: 32GiB, prefetchable: true } }
                  acc1:
                    type: habanalabs
                    dram: { base: 0x20000000, size: 32GiB }
                    bars: { 4: { size: 32GiB, prefetchable: true } }
                  nic0: { type: rdma-nic, id: "15b3:101b"%2$s }
                  nic1: { type: rdma-nic, id: "15b3:101b"%2$s }
                variants: { bare-metal: {} }
                timeline:
                """.formatted(link, wire.isEmpty() ? "" : ", wire: " + wire)
                + ScenarioText.operations(MRS)
                + ScenarioText.operations(timeline);
    }

    private static RunOutcome run(String link, String wire, String... timeline) {
        RunOutcome run = ScenarioText.run(file(link, wire, timeline));
        assertThat(run.invariants()).isNotEmpty().allMatch(InvariantOutcome::held);
        return run;
    }

    private static double gigabytes(RunOutcome run, String name) {
        TransferOutcome transfer = transfer(run, name);
        assertThat(transfer.bytes()).isEqualTo(transfer.requested());
        return transfer.bandwidth().gigabytesPerSecond().doubleValue();
    }

    private static final String READ0 = "at: 10us, do: rdma-read, id: one, mr: mr0, size: 32MiB";
    private static final String READ1 = "at: 10us, do: rdma-read, id: two, mr: mr1, size: 32MiB";
    private static final String WRITE0 = "at: 10us, do: rdma-write, id: one, mr: mr0, size: 32MiB";
    private static final String WRITE1 = "at: 10us, do: rdma-write, id: two, mr: mr1, size: 32MiB";

    /** Measured: 11 GB/s each and more than 22 alone (MLPerf inference, Inspur A100 systems). */
    @Test
    void twoAcceleratorsShareA200GigabitPort() {
        String wire = "{ rate: 200Gb/s }";
        RunOutcome both = run("gen4 x16", wire, READ0, READ1);
        assertThat(gigabytes(both, "one")).isBetween(11.0, 12.5);
        assertThat(gigabytes(both, "two")).isBetween(11.0, 12.5);
        both = run("gen4 x16", wire, WRITE0, WRITE1);
        assertThat(gigabytes(both, "one")).isBetween(11.0, 12.5);
        assertThat(gigabytes(both, "two")).isBetween(11.0, 12.5);
        assertThat(gigabytes(run("gen4 x16", wire, READ0), "one")).isBetween(22.0, 25.0);
        assertThat(gigabytes(run("gen4 x16", wire, WRITE0), "one")).isBetween(22.0, 25.0);
    }

    /** Measured: 49 GB/s (DGX H100, NDR). */
    @Test
    void a400GigabitPortMovesAtMost50() {
        for (String line : new String[] {READ0, WRITE0}) {
            assertThat(gigabytes(run("gen5 x16", "{ rate: 400Gb/s, header: 26B }", line), "one"))
                    .isBetween(48.0, 50.0);
        }
    }

    @Test
    void workRequestsOfOneQueuePairAreSaidToGoOneAfterTheOther() {
        String first = "at: 10us, do: rdma-write, id: first, mr: mr0, size: 4KiB, qp: qp0";
        String queuePair = "at: 5us, do: create-qp, qp: qp0, nic: nic0";
        String said = "work requests of qp0 begin when the one before is over";
        assertThat(run("gen4 x16", "{ rate: 200Gb/s }", queuePair, first, first.replace("first", "second"))
                        .notes())
                .anyMatch(note -> note.text().startsWith(said));
        assertThat(run("gen4 x16", "{ rate: 200Gb/s }", queuePair, first).notes())
                .noneMatch(note -> note.text().startsWith(said));
    }

    /** The requester has to read what it writes; if it cannot, the work request ends there, and is not tried again. */
    @ParameterizedTest
    @ValueSource(strings = {"unsupported-request", "completer-abort"})
    void aWriteOfWhatItsRequesterCannotReadEndsWithALocalError(String response) {
        String write = "at: 10us, do: rdma-write, id: write, mr: mr0, local: far, size: 4MiB";
        RunOutcome run = ScenarioText.run(file("gen4 x16", "{ rate: 100Gb/s }", write)
                .replace("acc1:\n", "acc1:\n    memory-requests: " + response + "\n"));
        TransferOutcome outcome = transfer(run, "write");
        assertThat(outcome.bytes()).isZero();
        assertThat(outcome.end()).isLessThan(20 * Ticks.PER_MICROSECOND);
        assertThat(run.events()).anyMatch(event -> event.what().equals("IBV_WC_LOC_PROT_ERR"));
    }

    @Test
    void aReadAndAWriteDoNotShareAPort() {
        RunOutcome both = run("gen4 x16", "{ rate: 100Gb/s }", READ0, WRITE1);
        assertThat(gigabytes(both, "one")).isCloseTo(12.5 * 4096 / 4178, within(0.2));
        assertThat(gigabytes(both, "two")).isCloseTo(12.5 * 4096 / 4178, within(0.2));
    }

    @Test
    void withoutAWireRdmaIsAsFastAsPcie() {
        assertThat(gigabytes(run("gen4 x16", "", WRITE0), "one")).isGreaterThan(27);
    }

    @Test
    void smallPacketsCostHeaders() {
        double large = gigabytes(run("gen4 x16", "{ rate: 100Gb/s }", WRITE0), "one");
        double small = gigabytes(run("gen4 x16", "{ rate: 100Gb/s, mtu: 256B }", WRITE0), "one");
        assertThat(small / large).isCloseTo(256.0 / (256 + 82) * (4096 + 82) / 4096, within(0.01));
    }

    @Test
    void aPeerOfThisMachineReadsItsOwnMemoryFirst() {
        String write = "at: 10us, do: rdma-write, id: write, mr: mr0, local: far, size: 16MiB";
        RunOutcome run = run("gen4 x16", "{ rate: 100Gb/s, latency: 2us }", write);
        assertThat(gigabytes(run, "write")).isBetween(11.0, 12.5);
        String small = "at: 10us, do: rdma-write, id: write, mr: mr0, local: far, size: 64B";
        TransferOutcome one = transfer(run("gen4 x16", "{ rate: 100Gb/s, latency: 2us }", small), "write");
        assertThat(one.bytes()).isEqualTo(64);
        // over the wire and the Ack back, a read of the source with 510 ns at the function and two passages of a
        // switch,
        // and a write
        assertThat(one.end() - one.start()).isBetween(Ticks.ofNanoseconds(4000 + 510 + 315), Ticks.ofNanoseconds(5100));
    }

    /** An Ack answers a write or a send as data answers a read (InfiniBand specification, volume 1, 9.7). */
    @ParameterizedTest
    @ValueSource(strings = {"rdma-write", "rdma-read"})
    void aNanosecondMoreOfWireIsTwoMoreForItsRequester(String operation) {
        String line = "at: 10us, do: %s, id: one, mr: mr0, local: far, size: 64B".formatted(operation);
        double near = nanoseconds("{ rate: 100Gb/s, latency: 1us }", line);
        assertThat(nanoseconds("{ rate: 100Gb/s, latency: 5us }", line) - near).isCloseTo(8000, within(0.1));
    }

    /** Of a peer elsewhere too: what it sends is on the wire before it is here, and the Ack after. */
    @ParameterizedTest
    @ValueSource(strings = {"rdma-write, mr: mr0", "rdma-read, mr: mr0", "rdma-send, nic: nic0"})
    void aNanosecondMoreOfWireIsTwoMoreForAPeerElsewhere(String operation) {
        String line = "at: 10us, do: %s, id: one, size: 64B".formatted(operation);
        double none = elsewhere("{ rate: 100Gb/s, latency: 0ns }", line);
        assertThat(elsewhere("{ rate: 100Gb/s, latency: 1us }", line) - none).isCloseTo(2000, within(0.1));
        assertThat(elsewhere("{ rate: 100Gb/s, latency: 5us }", line) - none).isCloseTo(10_000, within(0.1));
    }

    private static double elsewhere(String wire, String line) {
        return nanoseconds(transfer(run("gen4 x16", wire, RECEIVE, line), "one"));
    }

    @Test
    void aReadTakesThereAndBack() {
        String small = "at: 10us, do: rdma-read, id: read, mr: mr0, local: far, size: 64B";
        TransferOutcome one = transfer(run("gen4 x16", "{ rate: 100Gb/s, latency: 2us }", small), "read");
        assertThat(one.bytes()).isEqualTo(64);
        assertThat(one.end() - one.start()).isBetween(Ticks.ofNanoseconds(4000 + 510 + 315), Ticks.ofNanoseconds(5100));
        String large = "at: 10us, do: rdma-read, id: read, mr: mr0, local: far, size: 16MiB";
        assertThat(gigabytes(run("gen4 x16", "{ rate: 100Gb/s, latency: 2us }", large), "read"))
                .isBetween(11.0, 12.5);
    }

    private static double nanoseconds(String wire, String line) {
        return nanoseconds(transfer(run("gen4 x16", wire, line), "one"));
    }

    private static double nanoseconds(TransferOutcome one) {
        assertThat(one.bytes()).isEqualTo(one.requested());
        return (one.end() - one.start()) / (double) Ticks.PER_NANOSECOND;
    }

    @Test
    void workQueuesInHostMemoryTakeTimeOfTheRequesterOnly() {
        String wire = "{ rate: 100Gb/s, latency: 2us%s }";
        String own = "at: 10us, do: rdma-write, id: one, mr: mr0, local: far, size: 64B";
        double bare = nanoseconds(wire.formatted(""), own);
        // a doorbell takes what it is said to
        assertThat(nanoseconds(wire.formatted(", doorbell: 300ns"), own) - bare).isCloseTo(300, within(0.1));
        // a WQE fetch is a round trip to memory of 500 ns, through a switch of 105 ns up and down
        assertThat(nanoseconds(wire.formatted(", wqe-fetch: true"), own) - bare).isBetween(710.0, 760.0);
        // a CQE goes one way, through the switch; nobody waits for an answer
        double completed = nanoseconds(wire.formatted(", cqe: true"), own) - bare;
        assertThat(completed).isBetween(105.0, 160.0);
        // the interrupt follows at once
        assertThat(nanoseconds(wire.formatted(", cqe: true, msi-x: true"), own) - bare - completed)
                .isBetween(0.0, 10.0);
        // RDMA of a peer elsewhere asks this machine's CPU for nothing
        String others = "at: 10us, do: rdma-write, id: one, mr: mr0, size: 64B";
        assertThat(nanoseconds(wire.formatted(", doorbell: 300ns, wqe-fetch: true, cqe: true, msi-x: true"), others))
                .isEqualTo(nanoseconds(wire.formatted(""), others));
    }

    private static final String SEND = "at: 10us, do: rdma-send, id: one, nic: nic0, local: far, size: 64B";
    private static final String RECEIVE = "at: 5us, do: rdma-receive, nic: nic0, mr: mr0, size: 4KiB";

    @Test
    void aSendTakesAsLongAsAWriteOnceItsReceiveIsPosted() {
        String wire = "{ rate: 100Gb/s, latency: 2us }";
        String write = "at: 10us, do: rdma-write, id: one, mr: mr0, local: far, size: 64B";
        TransferOutcome sent = transfer(run("gen4 x16", wire, RECEIVE, SEND), "one");
        TransferOutcome written = transfer(run("gen4 x16", wire, write), "one");
        assertThat(sent.bytes()).isEqualTo(64);
        assertThat(sent.end() - sent.start()).isEqualTo(written.end() - written.start());
        assertThat(sent.target()).isEqualTo("acc0");
    }

    /** A round trip to memory for the WQE at each end, one after the other; the CQEs go at once, and one way. */
    @Test
    void aSendTakesAWorkQueueEntryAtBothEnds() {
        String wire = "{ rate: 100Gb/s, latency: 2us%s }";
        double bare = sent(wire.formatted(""));
        assertThat(sent(wire.formatted(", wqe-fetch: true")) - bare).isBetween(2 * 710.0, 2 * 760.0);
        assertThat(sent(wire.formatted(", cqe: true")) - bare).isBetween(105.0, 160.0);
    }

    private static double sent(String wire) {
        TransferOutcome one = transfer(run("gen4 x16", wire, RECEIVE, SEND), "one");
        return (one.end() - one.start()) / (double) Ticks.PER_NANOSECOND;
    }

    @Test
    void aSendWaitsForAReceive() {
        String late = "at: 1ms, do: rdma-receive, nic: nic0, mr: mr0, size: 4KiB";
        RunOutcome run = run("gen4 x16", "{ rate: 100Gb/s, latency: 2us }", SEND + ", rnr-timer: 496us", late);
        TransferOutcome one = transfer(run, "one");
        assertThat(one.bytes()).isEqualTo(64);
        // tried at 10, 510 and 1010 us: the timer, and the NAK there and back; all of it is the time of the send
        assertThat(one.start()).isEqualTo(10 * Ticks.PER_MICROSECOND);
        assertThat(one.end()).isBetween(1014 * Ticks.PER_MICROSECOND, 1016 * Ticks.PER_MICROSECOND);
        assertThat(run.events())
                .filteredOn(event -> event.what().equals("rnr-nak"))
                .hasSize(2);
    }

    @Test
    void withoutAReceiveASendFailsInTheEnd() {
        RunOutcome run = run("gen4 x16", "{ rate: 100Gb/s, latency: 2us }", SEND);
        assertThat(transfer(run, "one").bytes()).isZero();
        assertThat(run.events()).anyMatch(event -> event.detail().startsWith("IBV_WC_RNR_RETRY_EXC_ERR"));
        // six retries of 640 us, with 4 us for each NAK
        assertThat(transfer(run, "one").end()).isEqualTo((10 + 6 * 644) * Ticks.PER_MICROSECOND);
        assertThat(run.end()).isEqualTo((10 + 6 * 644) * Ticks.PER_MICROSECOND);
    }

    @Test
    void receivesAreTakenInTheirOrderAndMustBeLargeEnough() {
        String small = "at: 4us, do: rdma-receive, nic: nic0, mr: mr0, size: 63B";
        RunOutcome run = run(
                "gen4 x16",
                "{ rate: 100Gb/s }",
                small,
                RECEIVE,
                SEND,
                "at: 20us, do: rdma-send, id: two, nic: nic0, size: 64B");
        assertThat(transfer(run, "one").bytes()).isZero();
        assertThat(run.events()).anyMatch(event -> event.detail().contains("IBV_WC_LOC_LEN_ERR"));
        assertThat(transfer(run, "two").bytes()).isEqualTo(64);
    }

    @Test
    void aReceiveIntoMemoryThatMayNotBeWrittenFails() {
        RunOutcome run = run(
                "gen4 x16",
                "{ rate: 100Gb/s }",
                "at: 5us, do: rdma-receive, nic: nic1, mr: readonly, size: 4KiB",
                "at: 10us, do: rdma-send, id: one, nic: nic1, local: mr0, size: 64B");
        assertThat(transfer(run, "one").bytes()).isZero();
        assertThat(run.events()).anyMatch(event -> event.detail().startsWith("IBV_WC_REM_OP_ERR"));
    }

    @Test
    void aReceiveIntoMemoryOfAnotherNicFails() {
        String receive = "at: 5us, do: rdma-receive, nic: nic0, mr: far, size: 4KiB";
        RunOutcome run = run("gen4 x16", "{ rate: 100Gb/s }", receive, SEND.replace("local: far, ", ""));
        assertThat(transfer(run, "one").bytes()).isZero();
        assertThat(run.events()).anyMatch(event -> event.detail().contains("far is not an MR of nic0"));
    }

    @Test
    void localMemoryThatMayNotBeWrittenRefusesARead() {
        String line = "at: 10us, do: rdma-read, id: read, mr: mr0, local: readonly, size: 64B";
        RunOutcome run = run("gen4 x16", "{ rate: 100Gb/s }", line);
        assertThat(transfer(run, "read").bytes()).isZero();
        assertThat(run.events()).anyMatch(event -> event.detail().startsWith("IBV_WC_LOC_PROT_ERR"));
    }

    @Test
    void deregistrationOfEitherEndStopsWhatIsUnderWay() {
        String write = "at: 10us, do: rdma-write, id: write, mr: mr0, local: far, size: 16MiB";
        for (String mr : new String[] {"mr0", "far"}) {
            RunOutcome run = run("gen4 x16", "{ rate: 100Gb/s }", write, "at: 100us, do: deregister-mr, mr: " + mr);
            assertThat(transfer(run, "write").bytes()).as(mr).isPositive().isLessThan(16 << 20);
            assertThat(run.end()).as(mr).isLessThan(Ticks.ofNanoseconds(300_000));
        }
    }

    @Test
    void whatCannotBeIsSaid() {
        assertThat(ScenarioText.read(file("gen4 x16", "{ rate: 100Gb/s, mtu: 9000B }", READ0))
                        .problems()
                        .toString())
                .contains("mtu");
        assertThat(ScenarioText.read(file("gen4 x16", "{ rate: 100Gb/s }", READ0.replace("size", "local: none, size")))
                        .problems()
                        .toString())
                .contains("mr \"none\" is never registered");
    }
}
