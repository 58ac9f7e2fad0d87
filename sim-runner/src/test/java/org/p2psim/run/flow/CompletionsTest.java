package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.LinkUse;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Run.Told;
import org.p2psim.run.flow.Run.What;
import org.p2psim.timing.DeviceTiming;
import org.p2psim.timing.DmaEngineTiming;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.Response;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.CompletionTimeout;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** Reads that end otherwise than with data, and data that is bad. */
class CompletionsTest {
    private static final Link GEN4 = new Link(4, 16);
    private static final long BILLION = 1_000_000_000;
    private static final OptionalLong A1 = OptionalLong.of(CompletionTimeout.A1.longestTicks());

    private final Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
    private final PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4));
    private final PciFunction nic = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4));
    private final PciFunction gpu = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4));
    private final PciFunction other = machine.endpoint(machine.downstreamPort(upstreamPort, GEN4));
    private final PciFunction elsewhere = machine.endpoint(machine.rootPort(GEN4));

    private static DeviceTiming device(OptionalLong timeout, Response response, long poisoned) {
        return new DeviceTiming(
                0, OptionalLong.empty(), 0, Optional.empty(), DmaEngineTiming.NONE, timeout, response, poisoned);
    }

    private static DeviceTiming waiting(OptionalLong timeout) {
        return device(timeout, Response.SERVED, 0);
    }

    private static DeviceTiming answering(Response response) {
        return device(DeviceTiming.DEFAULT_TIMEOUT, response, 0);
    }

    private static Timings timings(Map<Bdf, DeviceTiming> devices) {
        return Timings.of(Map.of(), Map.of(), Map.of(), devices);
    }

    private DmaRequest dma(String name, PciFunction from, PciFunction to, Direction direction, long bytes) {
        return dma(name, from, to, direction, bytes, AddressKind.BUS_ADDRESS);
    }

    private static DmaRequest dma(
            String name, PciFunction from, PciFunction to, Direction direction, long bytes, AddressKind kind) {
        return DmaLike.usual(from, to, direction)
                .name(name)
                .bytes(bytes)
                .kind(kind)
                .tags(32)
                .request();
    }

    private Run.Log run(Timings timings, Fidelity fidelity, DmaRequest request) {
        Run run = new Run(machine.fabric(), timings, fidelity);
        Run.Log log = run.start(request);
        run.run();
        assertThat(run.network.isAtRest()).isTrue();
        assertThat(log.timesDone).isEqualTo(1);
        return log;
    }

    private static Timings hung(PciFunction initiator, OptionalLong timeout, PciFunction target) {
        return timings(Map.of(initiator.address(), waiting(timeout), target.address(), answering(Response.NONE)));
    }

    @ParameterizedTest
    @EnumSource(Fidelity.class)
    void aReadOfAHungFunctionEndsWhenItsTimeoutIsOver(Fidelity fidelity) {
        Run.Log log = run(hung(nic, A1, gpu), fidelity, dma("dma", nic, gpu, Direction.READ, Bytes.MIB));
        assertThat(log.told).hasSize(32).allMatch(told -> told.what() == What.TIMED_OUT);
        assertThat(log.told).allMatch(told -> told.latency() == 100 * Ticks.PER_MICROSECOND);
        assertThat(log.doneAt).isEqualTo(log.told.get(31).at());
    }

    @Test
    void aFunctionThatSaysNothingGivesUpAfterFiftyMilliseconds() {
        Timings timings = timings(Map.of(gpu.address(), answering(Response.NONE)));
        Run.Log log = run(timings, Fidelity.L2, dma("dma", nic, gpu, Direction.READ, 4096));
        assertThat(log.told).hasSize(8).allMatch(told -> told.latency() == 50_000 * Ticks.PER_MICROSECOND);
    }

    /**
     * PCIe base specification 5.0, 7.5.3.16, Completion Timeout Disable: nothing ends the read then. It keeps its tag, so
     * of 32 none is left for others of the function; those of other functions go on.
     */
    @ParameterizedTest
    @EnumSource(Fidelity.class)
    void withTheTimeoutDisabledAReadThatNobodyAnswersIsOutstandingForEver(Fidelity fidelity) {
        Run run = new Run(machine.fabric(), hung(nic, OptionalLong.empty(), gpu), fidelity);
        Run.Log lost = run.start(dma("lost", nic, gpu, Direction.READ, Bytes.MIB));
        Run.Log same = run.start(5 * Ticks.PER_MICROSECOND, dma("same", nic, other, Direction.READ, 4096));
        Run.Log unlike = run.start(5 * Ticks.PER_MICROSECOND, dma("unlike", other, nic, Direction.READ, 4096));
        run.run();
        assertThat(List.of(lost.timesDone, same.timesDone, unlike.timesDone)).containsExactly(0, 0, 1);
        assertThat(unlike.bytes(What.COMPLETED)).isEqualTo(4096);
        run.network.end();
        assertThat(lost.told).hasSize(32).allMatch(told -> told.what() == What.UNANSWERED);
        assertThat(same.told).isEmpty();
        assertThat(lost.stuckAt).isEqualTo(lost.told.get(31).at());
        assertThat(same.stuckAt).isEqualTo(5 * Ticks.PER_MICROSECOND);
        assertThat(unlike.stuckAt).isEqualTo(-1);
    }

    @Test
    void withTheTimeoutDisabledAReadThatIsAnsweredEndsAsEver() {
        Timings timings = timings(Map.of(nic.address(), waiting(OptionalLong.empty())));
        Run.Log log = run(timings, Fidelity.L1, dma("dma", nic, gpu, Direction.READ, 4096));
        assertThat(log.bytes(What.COMPLETED)).isEqualTo(4096);
    }

    @ParameterizedTest
    @EnumSource(Fidelity.class)
    void dataThatComesAfterTheTimeoutIsThrownAway(Fidelity fidelity) {
        long timeout = Machine.READ - 1;
        Timings timings = timings(Map.of(nic.address(), waiting(OptionalLong.of(timeout))));
        Run run = new Run(machine.fabric(), timings, fidelity);
        Run.Log log = run.start(dma("dma", nic, gpu, Direction.READ, 4096));
        List<LinkUse> use = run.run();
        assertThat(log.all(What.TIMED_OUT)).hasSize(8).allMatch(told -> told.latency() == timeout);
        assertThat(log.bytes(What.COMPLETED)).isZero();
        assertThat(log.doneAt).isEqualTo(log.told.get(log.told.size() - 1).at());
        assertThat(use.stream().mapToLong(LinkUse::payload).max()).hasValue(4096);
        assertThat(run.network.isAtRest()).isTrue();
    }

    @Test
    void theTagsOfReadsThatTimedOutAreFreeForOtherDmasOfTheFunction() {
        Run run = new Run(machine.fabric(), hung(nic, A1, gpu), Fidelity.L1);
        Run.Log lost = run.start(dma("lost", nic, gpu, Direction.READ, Bytes.MIB));
        Run.Log waits = run.start(5 * Ticks.PER_MICROSECOND, dma("waits", nic, other, Direction.READ, 4096));
        run.run();
        assertThat(lost.all(What.TIMED_OUT)).hasSize(32);
        assertThat(waits.bytes(What.COMPLETED)).isEqualTo(4096);
        assertThat(waits.told).allMatch(told -> told.issued() >= 100 * Ticks.PER_MICROSECOND);
    }

    @ParameterizedTest
    @EnumSource(Fidelity.class)
    void aFunctionThatDoesNotDecodeMemoryAnswersUnsupportedRequestAndLosesWrites(Fidelity fidelity) {
        Timings timings = timings(Map.of(gpu.address(), answering(Response.UNSUPPORTED_REQUEST)));
        Run.Log read = run(timings, fidelity, dma("dma", nic, gpu, Direction.READ, 4096));
        assertThat(read.told).hasSize(8).allMatch(told -> told.what() == What.REFUSED);
        Run.Log write = run(timings, fidelity, dma("dma", nic, gpu, Direction.WRITE, Bytes.MIB));
        assertThat(write.told).hasSize(4096).allMatch(told -> told.what() == What.DROPPED);
    }

    @Test
    void aFunctionMayAbortReadsInstead() {
        Timings timings = timings(Map.of(gpu.address(), answering(Response.COMPLETER_ABORT)));
        Run.Log log = run(timings, Fidelity.L1, dma("dma", nic, gpu, Direction.READ, 4096));
        assertThat(log.told).hasSize(8).allMatch(told -> told.what() == What.ABORTED);
    }

    @Test
    void aRootComplexMayRefuseAbortOrLoseReadsOfPeers() {
        assertThat(throughRootComplex(Response.UNSUPPORTED_REQUEST)).isEqualTo(What.REFUSED);
        assertThat(throughRootComplex(Response.COMPLETER_ABORT)).isEqualTo(What.ABORTED);
        assertThat(throughRootComplex(Response.NONE)).isEqualTo(What.TIMED_OUT);
        assertThat(throughRootComplex(Response.SERVED)).isEqualTo(What.LANDED);
    }

    private static RootComplexTiming forwardingReads(Response response) {
        return new RootComplexTiming(
                OptionalLong.empty(),
                OptionalLong.empty(),
                response,
                true,
                IommuTiming.DEFAULT,
                OptionalLong.empty(),
                1);
    }

    private What throughRootComplex(Response response) {
        return run(forwardingReads(response), elsewhere).what();
    }

    private Told run(RootComplexTiming root, PciFunction target) {
        Timings timings = Timings.of(Map.of(), Map.of("0000:00", root), Map.of(), Map.of());
        return run(timings, Fidelity.L1, dma("dma", nic, target, Direction.READ, 64))
                .told
                .get(0);
    }

    /**
     * There: two links of Gen4 x16, each with the read of 24 bytes, and a switch of 105 ns; into the root complex and out
     * of it, 200 ns together as through it; and back with a completion of 20 bytes. 0.762 and 0.635 ns a link, with SKP.
     * Cut-through: of two links of one speed one is seen.
     */
    @Test
    void aRefusedReadTakesTheWayToTheRootComplexAndBack() {
        Told refused = run(forwardingReads(Response.UNSUPPORTED_REQUEST), elsewhere);
        assertThat(refused.what()).isEqualTo(What.REFUSED);
        double nanoseconds = refused.latency() / (double) Ticks.PER_NANOSECOND;
        assertThat(nanoseconds).isCloseTo(0.764 + 105 + 200 + 105 + 0.636, within(0.01));
    }

    /** Whatever the read would have passed behind it. */
    @Test
    void aRefusedReadTakesAsLongIfItsTargetIsElsewhere() {
        machine.socket().hostBridge(IommuMode.OFF, 64);
        PciFunction far = machine.endpoint(machine.rootPort(GEN4));
        RootComplexTiming refusing = forwardingReads(Response.UNSUPPORTED_REQUEST);
        assertThat(run(refusing, far)).extracting(Told::what).isEqualTo(What.REFUSED);
        assertThat(run(refusing, far).latency())
                .isEqualTo(run(refusing, elsewhere).latency());
    }

    /** Besides, 50 ns each way for the socket link, and each way through half of the root complex before it. */
    @Test
    void aReadThatAnotherSocketRefusesComesBackFromThere() {
        machine.socket().hostBridge(IommuMode.OFF, 64);
        PciFunction far = machine.endpoint(machine.rootPort(GEN4));
        String rootBus = "0000:%02x".formatted(machine.fabric().hostBridge(far).bus());
        Timings timings = Timings.of(
                Map.of(), Map.of(rootBus, forwardingReads(Response.UNSUPPORTED_REQUEST)), Map.of(), Map.of());
        Told refused = run(timings, Fidelity.L1, dma("dma", nic, far, Direction.READ, 64))
                .told
                .get(0);
        assertThat(refused.what()).isEqualTo(What.REFUSED);
        double nanoseconds = refused.latency() / (double) Ticks.PER_NANOSECOND;
        assertThat(nanoseconds).isCloseTo(0.764 + 105 + 100 + 50 + 200 + 50 + 100 + 105 + 0.636, within(0.01));
    }

    /** PCIe base specification 5.0, 6.12.4: the completion of a request that violates ACS says Completer Abort. */
    @Test
    void translationBlockingAborts() {
        PciFunction blocked = machine.endpoint(machine.rootPort(GEN4, AcsBit.TB));
        DeviceTiming ats =
                new DeviceTiming(0, OptionalLong.empty(), 0, Optional.of(IommuTiming.DEFAULT), DmaEngineTiming.NONE);
        Run.Log log = run(
                timings(Map.of(blocked.address(), ats)),
                Fidelity.L1,
                dma("dma", blocked, gpu, Direction.READ, 4096, AddressKind.TRANSLATED));
        assertThat(log.told).isNotEmpty().allMatch(told -> told.what() == What.ABORTED);
    }

    /** A million in a billion of 65,536 TLPs: 65.5, give or take four standard deviations. */
    @Test
    void poisonedWritesAreDeliveredCountedOnEachLinkAndToldAtTheEnd() {
        Timings timings = timings(Map.of(nic.address(), device(A1, Response.SERVED, BILLION / 1000)));
        Run run = new Run(machine.fabric(), timings, Fidelity.L2);
        Run.Log log = run.start(dma("dma", nic, gpu, Direction.WRITE, 16 * Bytes.MIB));
        List<LinkUse> use = run.run();
        assertThat(log.bytes(What.LANDED)).isEqualTo(16 * Bytes.MIB);
        int poisoned = log.all(What.POISONED).size();
        assertThat(poisoned).isCloseTo(66, within(33));
        assertThat(use).filteredOn(link -> link.payload() > 0).hasSize(2).allMatch(link -> link.poisoned() == poisoned);
    }

    @Test
    void dataOfAFunctionWhoseMemoryIsBadIsPoisonedInCompletions() {
        Timings timings = timings(Map.of(gpu.address(), device(A1, Response.SERVED, BILLION)));
        Run.Log read = run(timings, Fidelity.L1, dma("dma", nic, gpu, Direction.READ, 4096));
        assertThat(read.all(What.COMPLETED)).hasSize(8);
        assertThat(read.all(What.POISONED)).hasSize(8);
        Run.Log write = run(timings, Fidelity.L1, dma("dma", nic, gpu, Direction.WRITE, 4096));
        assertThat(write.all(What.POISONED)).isEmpty();
    }

    @Test
    void theSameTlpsArePoisonedInAllFidelities() {
        Timings timings = timings(Map.of(
                nic.address(), device(A1, Response.SERVED, BILLION / 7),
                gpu.address(), device(A1, Response.SERVED, BILLION / 5)));
        for (Direction direction : Direction.values()) {
            DmaRequest request = dma("dma", nic, gpu, direction, 256 * Bytes.KIB);
            List<List<Told>> told = new ArrayList<>();
            for (Fidelity fidelity : Fidelity.values()) {
                told.add(run(timings, fidelity, request).told);
            }
            assertThat(told).allMatch(told.get(0)::equals);
            assertThat(told.get(0)).anyMatch(one -> one.what() == What.POISONED);
        }
    }

    /** Translated addresses pass the function's own translations first, others do not: yet both need tags. */
    @Test
    void dmasThatBeginOnDifferentWaysShareTheTagsOfTheirFunction() {
        DeviceTiming ats =
                new DeviceTiming(0, OptionalLong.empty(), 0, Optional.of(IommuTiming.DEFAULT), DmaEngineTiming.NONE);
        Run run = new Run(machine.fabric(), timings(Map.of(nic.address(), ats)), Fidelity.L1);
        List<Run.Log> logs = List.of(
                run.start(dma("a", nic, gpu, Direction.READ, Bytes.MIB, AddressKind.TRANSLATED)),
                run.start(dma("b", nic, other, Direction.READ, 64 * Bytes.KIB)));
        run.run();
        assertThat(logs).extracting(log -> log.bytes(What.COMPLETED)).containsExactly(Bytes.MIB, 64 * Bytes.KIB);
        assertThat(mostAtOnce(logs)).isEqualTo(32);
    }

    @ParameterizedTest
    @EnumSource(Fidelity.class)
    void allDmasOfAFunctionTogetherHaveItsTags(Fidelity fidelity) {
        Run run = new Run(machine.fabric(), Timings.DEFAULT, fidelity);
        List<Run.Log> logs = List.of(
                run.start(dma("a", nic, gpu, Direction.READ, 256 * Bytes.KIB)),
                run.start(dma("b", nic, other, Direction.READ, 256 * Bytes.KIB)),
                run.start(dma("c", nic, elsewhere, Direction.READ, 256 * Bytes.KIB)));
        run.run();
        assertThat(mostAtOnce(logs)).isEqualTo(32);
    }

    /** Reads that are issued and not completed. */
    private static int mostAtOnce(List<Run.Log> logs) {
        List<Told> reads =
                logs.stream().flatMap(log -> log.all(What.COMPLETED).stream()).toList();
        return reads.stream()
                .mapToInt(read -> (int) reads.stream()
                        .filter(each -> each.issued() <= read.issued() && each.at() > read.issued())
                        .count())
                .max()
                .orElse(0);
    }
}
