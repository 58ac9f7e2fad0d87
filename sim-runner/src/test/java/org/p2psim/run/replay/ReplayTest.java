package org.p2psim.run.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.platform.Errno;
import org.p2psim.run.ScenarioText;

/** Timelines on one machine: a Gaudi and a NIC behind one switch, without ACS redirect. */
class ReplayTest {
    private static RunOutcome run(String iommu, String importer, String... timeline) {
        return runOn("5.15", iommu, importer, timeline);
    }

    private static RunOutcome runOn(String kernel, String iommu, String importer, String... timeline) {
        return runWith("", kernel, iommu, importer, timeline);
    }

    private static RunOutcome runWith(String bugs, String kernel, String iommu, String importer, String... timeline) {
        return ScenarioText.run("""
                p2psim: 1
                title: test
                kernel: { release: "%s", bugs: [%s] }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
                  root-complexes:
                    - id: rc0
                      socket: s0
                      bus: "0000:16"
                      host-bridge: { at: "00.0", id: "8086:2020" }
                      iommu: { mode: %s }
                      root-ports:
                        - id: rp0
                          link: gen4 x16
                          switch:
                            id: sw0
                            downstream: [ { id: dp0, device: gaudi0 }, { id: dp1, device: nic0 } ]
                devices:
                  gaudi0:
                    type: habanalabs
                    id: "1da3:1000"
                    dram: { base: 0x20000000, size: 32GiB }
                    bars: { 4: { size: 32GiB, prefetchable: true } }
                  nic0: { type: rdma-nic, id: "15b3:101b", importer: %s }
                variants: { bare-metal: {} }
                timeline:
                """.formatted(kernel, bugs, iommu, importer) + ScenarioText.operations(timeline));
    }

    private static final String UNMAPS_EARLY = "unmaps-with-dma-in-flight";
    private static final String EXPORT =
            "at: 0ns, do: export, dma-buf: buf, from: gaudi0, address: 0x24000000, size: 16MiB";
    private static final String REGISTER =
            "at: 1us, do: register-mr, mr: mr0, nic: nic0, dma-buf: buf, access: [local-write, remote-write]";

    private static Event event(RunOutcome run, String what) {
        return run.events().stream()
                .filter(event -> event.what().equals(what))
                .findFirst()
                .orElseThrow();
    }

    private static Optional<String> broken(RunOutcome run) {
        return run.invariants().stream()
                .filter(invariant -> !invariant.held())
                .map(InvariantOutcome::id)
                .findFirst();
    }

    @Test
    void withoutAnIommuTheTableHasTheAddressInTheBar() {
        RunOutcome run = run("off", "pinned", EXPORT, REGISTER);
        // the memory BAR shows device address 0x20000000 at its start
        long bar =
                run.machine().fabric().endpoints().get(0).bars().get(0).range().base();
        assertThat(run.sgTables().get(0).entries().get(0).address()).isEqualTo(bar + 0x400_0000L);
    }

    @Test
    void behindATranslatingIommuTheTableHasAnIovaAndTheWriteGoesThroughTheRootComplex() {
        RunOutcome run = run(
                "translating", "pinned", EXPORT, REGISTER, "at: 2us, do: rdma-write, id: write, mr: mr0, size: 16MiB");
        assertThat(run.sgTables().get(0).entries().get(0).address()).isEqualTo(0xff00_0000L);
        assertThat(run.transfers().get(0).route())
                .extracting(TransferOutcome.RouteHop::kind)
                .contains(TransferOutcome.RouteHop.Kind.IOMMU, TransferOutcome.RouteHop.Kind.ROOT_COMPLEX);
        assertThat(broken(run)).isEmpty();
    }

    @Test
    void deregistrationWaitsForWhatIsOnTheWire() {
        RunOutcome run = run(
                "off",
                "pinned",
                EXPORT,
                REGISTER,
                "at: 10us, do: rdma-write, id: write, mr: mr0, size: 16MiB",
                "at: 20us, do: deregister-mr, mr: mr0",
                "at: 1ms, do: close, dma-buf: buf");
        TransferOutcome write = run.transfers().get(0);
        assertThat(write.bytes()).isPositive().isLessThan(16 << 20);
        assertThat(run.answer().because()).contains("stopped after");
        assertThat(event(run, "deregister-mr").end()).isEqualTo(write.end());
        assertThat(event(run, "close").detail()).contains("released");
        assertThat(broken(run)).isEmpty();
    }

    @Test
    void aDriverThatUnmapsTooEarlyLetsDmaLandInMemoryThatItGaveBack() {
        RunOutcome run = runWith(
                UNMAPS_EARLY,
                "5.15",
                "off",
                "pinned",
                EXPORT,
                "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: nic0",
                "at: 2us, do: map, attachment: a0",
                "at: 10us, do: dma-write, id: write, attachment: a0, size: 16MiB",
                "at: 20us, do: unmap, attachment: a0");
        assertThat(broken(run)).contains("I-02");
        InvariantOutcome.Violation violation = run.invariants().stream()
                .flatMap(invariant -> invariant.violation().stream())
                .findFirst()
                .orElseThrow();
        assertThat(run.events().get(violation.enabledBy()).what()).isEqualTo("unmap");
        assertThat(run.good()).isFalse();
        assertThat(run.answer().works()).isFalse();
        assertThat(run.answer().finding()).isEqualTo("breaks I-02");
    }

    @Test
    void behindATranslatingIommuWhatIsUnmappedIsBlockedAndDoesNotLand() {
        for (String operation : List.of("dma-write", "dma-read")) {
            RunOutcome run = runWith(
                    UNMAPS_EARLY,
                    "6.16",
                    "translating",
                    "pinned",
                    EXPORT,
                    "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: nic0",
                    "at: 2us, do: map, attachment: a0",
                    "at: 10us, do: %s, id: dma, attachment: a0, size: 16MiB".formatted(operation),
                    "at: 20us, do: unmap, attachment: a0");
            assertThat(run.events()).anyMatch(event -> event.detail().startsWith("IOMMU fault"));
            assertThat(run.transfers().get(0).bytes()).isPositive().isLessThan(16 << 20);
            // posted writes that had passed the IOMMU cannot be recalled; without it all 262,144 parts would land
            long landedAfter = run.invariants().stream()
                    .flatMap(invariant -> invariant.violation().stream())
                    .mapToLong(InvariantOutcome.Violation::times)
                    .sum();
            assertThat(landedAfter).as(operation).isLessThan(262_144 / 50);
        }
    }

    @Test
    void untilThe616CoreUnmapGivesNothingBackBeforeDetach() {
        RunOutcome run = runWith(
                UNMAPS_EARLY,
                "5.15",
                "translating",
                "pinned",
                EXPORT,
                "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: nic0",
                "at: 2us, do: map, attachment: a0",
                "at: 10us, do: dma-write, id: dma, attachment: a0, size: 1MiB",
                "at: 11us, do: unmap, attachment: a0");
        assertThat(run.events()).noneMatch(event -> event.detail().startsWith("IOMMU fault"));
    }

    @Test
    void aStaticImporterIsRefusedWithEperm() {
        RunOutcome run = run(
                "off",
                "static",
                EXPORT,
                "at: 1us, do: attach, attachment: a0, dma-buf: buf, importer: nic0",
                "at: 2us, do: map, attachment: a0");
        assertThat(event(run, "map").errno()).contains(Errno.EPERM);
    }

    @Test
    void aWriteWithoutTheRightIsARemoteAccessErrorAndMovesNothing() {
        RunOutcome run = run(
                "off",
                "pinned",
                EXPORT,
                "at: 1us, do: register-mr, mr: mr0, nic: nic0, dma-buf: buf, access: [remote-read]",
                "at: 2us, do: rdma-write, id: write, mr: mr0, size: 4KiB");
        assertThat(event(run, "rdma-write").detail()).contains("IBV_WC_REM_ACCESS_ERR");
        assertThat(run.transfers().get(0).bytes()).isZero();
    }

    @Test
    void habanalabsCanNeitherRevokeNorMove() {
        RunOutcome run =
                run("off", "pinned", EXPORT, "at: 1us, do: revoke, dma-buf: buf", "at: 2us, do: move, dma-buf: buf");
        assertThat(event(run, "revoke").errno()).contains(Errno.EOPNOTSUPP);
        assertThat(event(run, "move").errno()).contains(Errno.EOPNOTSUPP);
    }

    @Test
    void exportedMemoryIsNotFreed() {
        RunOutcome run = run(
                "off",
                "pinned",
                "at: 0ns, do: allocate, handle: h, from: gaudi0, page-size: 2MiB, size: 8MiB",
                "at: 1us, do: export, dma-buf: buf, from: gaudi0, handle: h",
                "at: 2us, do: free, handle: h",
                "at: 3us, do: close, dma-buf: buf",
                "at: 4us, do: free, handle: h");
        assertThat(run.events())
                .filteredOn(event -> event.what().equals("free"))
                .extracting(Event::errno)
                .containsExactly(Optional.of(Errno.EINVAL), Optional.empty());
        assertThat(broken(run)).isEmpty();
    }

    private static RunOutcome exportOfPages(String kernel, String iommu, String pages) {
        return runOn(
                kernel,
                iommu,
                "pinned",
                "at: 0ns, do: allocate, handle: h, from: gaudi0, page-size: 2MiB, pages: [%s]".formatted(pages),
                "at: 1us, do: export, dma-buf: buf, from: gaudi0, handle: h",
                REGISTER.replace("1us", "2us"));
    }

    @Test
    void onKernel68ThreeSeparatePagesShowTheSecondOneTwiceAndTheThirdNever() {
        String apart = "0x24000000, 0x26000000, 0x28000000";
        RunOutcome posted = exportOfPages("5.16", "off", apart);
        long first = posted.sgTables().get(0).entries().get(0).address();
        assertThat(posted.sgTables().get(0).entries())
                .extracting(entry -> entry.address() - first)
                .containsExactly(0L, 32L << 20, 64L << 20);
        assertThat(broken(posted)).isEmpty();

        RunOutcome run = exportOfPages("6.8", "off", apart);
        assertThat(run.sgTables().get(0).entries())
                .extracting(entry -> entry.address() - first)
                .containsExactly(0L, 32L << 20, 32L << 20);
        assertThat(broken(run)).contains("I-11");
    }

    @Test
    void onKernel68AnEntryWithoutALengthIsReportedWithAndWithoutAnIommu() {
        // the largest segment of the NIC is 2 GiB: 1,024 pages of 2 MiB, one more, and one apart
        String pages = LongStream.rangeClosed(0, 1024)
                .mapToObj(page -> "0x%x".formatted(0x2400_0000L + (page << 21)))
                .collect(Collectors.joining(", "));
        for (String iommu : List.of("off", "translating")) {
            RunOutcome run = exportOfPages("6.8", iommu, pages + ", 0x180000000");
            assertThat(run.sgTables().get(0).entries())
                    .extracting(entry -> entry.length())
                    .containsExactly(2L << 30, 4L << 20, 0L);
            assertThat(run.invariants())
                    .filteredOn(invariant -> !invariant.held())
                    .extracting(InvariantOutcome::id)
                    .containsExactly("I-11", "I-12", "I-13");
        }
    }

    @Test
    void operationsOfOneTimeHappenInTheOrderOfTheFile() {
        RunOutcome run =
                run("off", "pinned", EXPORT, REGISTER.replace("1us", "0ns"), "at: 0ns, do: close, dma-buf: buf");
        assertThat(run.events())
                .filteredOn(event -> event.kind() == Event.Kind.DONE)
                .extracting(Event::what)
                .containsExactly("export", "register-mr", "close");
        assertThat(event(run, "close").detail()).contains("1 reference");
    }
}
